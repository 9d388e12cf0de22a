"""Electronic licences (电子证照): issue, show, authorise, verify, suspend, revoke.

Law: 国务院关于在线政务服务的若干规定 第十条, 第十一条; GB/T 36904-2018 (identifier), GB/T 36905-2018 (file).
"""
