"""A small city for tests of loading: two districts, three entries, one of them worked out."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "pack.yaml": """\
id: smalltown
version: "1"
title: {zh: 小城, en: Smalltown}
source: 测试
""",
    "divisions.csv": """\
code,name_zh,name_en,kind,parent,status,source
990000,小城市,Smalltown,city,,confirmed,测试
990101,东区,East District,district,990000,confirmed,测试
990102,西区,West District,district,990000,confirmed,测试
99NEW0,新区,New District,district,990000,unconfirmed,测试
""",
    "towns.csv": """\
code,name_zh,name_en,kind,parent
990101001,河边镇,Hebian Town,town,990101
""",
    "villages.csv": """\
code,name_zh,parent
990101001001,上村,990101001
""",
    "successions.csv": """\
predecessor,successor,takes_effect_on,basis,status,source
990102,99NEW0,2026-06-01,测试令,unconfirmed,测试
""",
    "department_kinds.csv": """\
kind,name_zh,name_en,district_zh,county_zh,district_en,source
civil_affairs,民政,Civil Affairs,{d}民政局,,{d} Civil Affairs Bureau,测试
housing_fund,公积金,Housing Fund,,,,测试
""",
    "departments.csv": """\
kind,name_zh,name_en,short_zh,short_en,status,source
civil_affairs,小城市民政局,Smalltown Civil Affairs Bureau,市民政局,Civil Affairs,confirmed,测试
housing_fund,小城市公积金中心,Smalltown Housing Fund,市公积金中心,Housing Fund,confirmed,测试
""",
    "halls.csv": """\
code,division,name_zh,name_en,address_zh,status,source
hall-990000,990000,小城市政务服务中心,Smalltown Hall,一号街,sample,测试
hall-990101,990101,东区政务服务中心,East Hall,二号街,sample,测试
""",
    "hall_hours.csv": """\
hall,days,opens_at,closes_at,valid_from,valid_until,status,source
*,1 2 3 4 5 8,09:00,12:00,,,sample,测试
*,1 2 3 4 5 8,13:30,17:00,,2026-07-01,sample,测试
*,1 2 3 4 5 8,13:30,17:30,2026-07-01,,sample,测试
""",
    "themes.csv": "code,name_zh,name_en,audience,status,source\nmarriage,婚姻,Marriage,natural,sample,测试\n",
    "life_events.csv": "code,name_zh,name_en,audience,status,source\nold_age,养老,Old age,natural,sample,测试\n",
    "directory.csv": """\
code,item_type,name_zh,name_en,department_kind,levels,audience,themes,life_events,status,source
SM-0001,20,高龄津贴,Old-age allowance,civil_affairs,both,natural,,old_age,sample,测试
SM-0002,20,结婚登记预约,Marriage booking,civil_affairs,district,natural,marriage,,sample,测试
SM-0003,20,公积金提取,Housing fund withdrawal,housing_fund,city,both,,,sample,测试
""",
    "former_names.csv": "kind,name_zh,until_on,source\ncivil_affairs,民政处,2018-03-17,测试\n",
    "aliases.csv": "entry,words,source\nSM-0001,老人补贴 高龄补贴,测试\n",
    "code_sets.csv": """\
code_set,code_set_zh,code,label_zh,label_en,source,confidence
colour,颜色,1,红,Red,测试,confirmed
colour,颜色,2,蓝,Blue,测试,confirmed
taste,味道,1,甜,,测试,confirmed
""",
    "registers.yaml": "registers:\n  household: {for: person}\n",
    "licence_types/card.yaml": """\
fields:
  - {key: name, required: true}
  - {key: kind, required: true}
  - {key: note}
""",
    "items/old_age.yaml": """\
entry: SM-0001
slug: old_age
title: {zh: 高龄津贴, en: Old-age allowance}
summary: {zh: 八十岁以上老人可以申领。, en: For people over eighty.}
item_type: "20"
audience: [natural_person]
basis: [{law: 老年人权益保障法, article: 第三十三条, status: law, source: 老年人权益保障法 第三十三条}]
statutory: {value: 20}
promised: {value: 10}
online_depth: [4]
visits: 0
channels: [web, mobile]
requirements: [{key: age, text: {zh: 年满八十岁, en: Eighty or older}}]
situations: [{key: first, title: {zh: 首次申领, en: First application}}]
form:
  groups:
    - key: what
      title: {zh: 申请, en: Application}
      fields:
        - key: kind
          kind: choice
          label: {zh: 津贴种类, en: Kind of allowance}
          options:
            - {value: monthly, label: {zh: 按月发, en: Monthly}}
            - {value: yearly, label: {zh: 按年发, en: Yearly}}
        - {key: bank, kind: bank_card, label: {zh: 津贴发放账户, en: Account for the allowance}}
        - {key: since, kind: date, label: {zh: 何时迁入本市, en: Moved here on}}
        - key: carer
          kind: text
          label: {zh: 照料人姓名, en: Name of the carer}
          when: {field: kind, op: eq, value: monthly}
        - {key: home, kind: yes_no, label: {zh: 是否住养老机构, en: Living in a care home}}
materials:
  - {key: household, title: {zh: 户口簿增减页, en: Household book}}
  - {key: photo, title: {zh: 老人近照, en: Recent photograph}}
  - {key: proof, title: {zh: 银行流水, en: Bank statement}}
process:
  steps:
    - {key: decide, title: {zh: 审定, en: Decision}, stage: 1, role: approver}
result: {kind: payment, title: {zh: 高龄津贴, en: Old-age allowance}}
""",
}


def write_pack(folder: Path, **changed: str | None) -> Path:
    """The small city in `folder/smalltown`. `directory_csv="…"` replaces a file, None leaves it out."""
    city = folder / "smalltown"
    for name, text in FILES.items():
        text = changed.get(name.replace(".", "_").replace("/", "_"), text)
        path = city / name
        if text is None:
            path.unlink(missing_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return city


def edited(name: str, *replacements: tuple[str, str]) -> str:
    """A file of the small city with some words replaced; each must be there."""
    text = FILES[name]
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    return text
