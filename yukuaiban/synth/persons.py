"""Rows of people and organisations: person i and organisation j of a plan, the same whoever asks.

Law: GB 11643-1999 (resident numbers), GB 32100-2015 and GB 11714-1997 (credit and organisation codes).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random

from yukuaiban.config.now import ZONE
from yukuaiban.identifiers.checks import USCC_ALPHABET, mod_11_2, mod_31
from yukuaiban.people.models import Account, Party
from yukuaiban.people.models.accounts import NUMBER_ALPHABET
from yukuaiban.synth.bulk import field_sealer, indexer
from yukuaiban.synth.plan import Plan

REGION = "509999"  # no division has this code, so no person has such a number
PHONES = 170_0000_0000  # numbers that virtual operators once rented out; nothing is ever sent to one
OLDEST, SERIALS = 95, 1000
MAIL = "synthetic.invalid"

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙黎史陶贺毛段郝顾龚邵万覃武钱戴莫孔向"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红梅鑫波斌宇浩凯健俊帆雪琳婷欣怡佳慧颖子轩梓涵一诺思远泽宇雨桐国庆建志文学兰春莲凤云燕金龙海林峰宁辉兵"
TRADES = [
    "餐饮",
    "商贸",
    "科技",
    "建筑",
    "物流",
    "文化传媒",
    "医疗器械",
    "农业",
    "机电",
    "环保",
    "教育咨询",
    "汽车服务",
    "家居",
    "食品",
    "劳务",
]
FORMS = ["有限公司", "有限责任公司", "个人独资企业", "合伙企业"]
WORDS = [
    "示例",
    "合成",
    "渝东",
    "渝西",
    "山城",
    "两江",
    "嘉陵",
    "缙云",
    "巴渝",
    "磁器",
    "朝天",
    "南山",
    "北碚",
    "江岸",
    "石桥",
]

PARTY = (
    "id, kind, name, name_latin, id_kind, id_country, id_number, id_index, birth_on, sex, phone, phone_index, email,"
    " division_id, assurance, assured_at, assured_by, created_at, is_sample"
)
ACCOUNT = (
    "id, password, number, email, phone, phone_index, phone_verified_at, language, is_active, joined_at, epoch,"
    " is_sample, party_id"
)
PROFILE = (
    "party_id, credit_code, organisation_kind, legal_representative_id, representative_since, industry, registered_on,"
    " registered_address, scope, status, updated_at"
)
NULL = "\\N"


class Persons:
    """Makes rows of people and organisations, as lines of COPY."""

    def __init__(self, plan: Plan, divisions: Sequence[tuple[str, int]], password: str) -> None:
        """`divisions`: code and weight; `password`: the encoded one of the first people, who can log in."""
        self.plan, self.password = plan, password
        self.codes = [code for code, _weight in divisions]
        self.weights = list(accumulate(weight for _code, weight in divisions))
        self.first, self.borders = _birthdays(plan)
        self.step = _coprime(plan.people)
        self.since = datetime.combine(plan.today - timedelta(days=1500), datetime.min.time(), tzinfo=ZONE)
        self.id_number, self.phone = field_sealer(Party, "id_number"), field_sealer(Account, "phone")
        self.party_phone = field_sealer(Party, "phone")
        self.identity, self.phone_index = indexer("identity"), indexer("phone")

    def birth_and_serial(self, person: int) -> tuple[date, int]:
        """No two people have both in common."""
        place = person * self.step % self.plan.people
        day = bisect_right(self.borders, place) - 1
        return self.first + timedelta(days=day), place - self.borders[day]

    def resident_id(self, person: int) -> str:
        born, serial = self.birth_and_serial(person)
        body = f"{REGION}{born:%Y%m%d}{serial:03d}"
        return body + mod_11_2(body)

    def name(self, person: int) -> str:
        chance = person * 2654435761 % 4294967296
        surname = SURNAMES[int(len(SURNAMES) * (chance % 9973 / 9973) ** 2)]  # the first surnames are the frequent ones
        given = GIVEN[chance // 7 % len(GIVEN)]
        return surname + given + (GIVEN[chance // 1009 % len(GIVEN)] if chance % 5 else "")

    def phone_of(self, person: int) -> str:
        return f"+86{PHONES + person}"

    def organisation_name(self, number: int) -> str:
        chance = number * 2654435761 % 4294967296
        words = f"{WORDS[chance % 15]}{GIVEN[chance // 15 % len(GIVEN)]}{GIVEN[chance // 977 % len(GIVEN)]}"
        return f"重庆{words}{TRADES[chance // 31 % 15]}{FORMS[min(chance // 64 % 16, 3)]}"

    def people(self, span: range) -> tuple[list[str], list[str], list[str]]:
        """Lines of parties, of accounts, and of the e-mail addresses by which the first people log in."""
        plan, chance = self.plan, Random(f"{self.plan.seed} persons {span.start}")
        parties, accounts, addresses = [], [], []
        for i in span:
            number, phone = self.resident_id(i), self.phone_of(i)
            born = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
            index = self.phone_index(phone).hex()
            joined = (self.since + timedelta(seconds=chance.randrange(1400 * 86400))).isoformat()
            regular = i < plan.regulars
            level = "real_person" if regular or chance.random() < 0.3 else "real_name"
            division = self.codes[bisect_right(self.weights, chance.random() * self.weights[-1])]
            own = f"\\\\x{self.party_phone(phone.encode()).hex()}\t\\\\x{index}" if regular else f"{NULL}\t{NULL}"
            parties.append(
                f"{plan.party + i}\tperson\t{self.name(i)}\t\tresident_id\t\t\\\\x{self.id_number(number.encode()).hex()}\t"
                f"\\\\x{self.identity(f'RESIDENT_ID:{number}').hex()}\t{born}\t{2 - int(number[16]) % 2}\t{own}\t\t"
                f"{division}\t{level}\t{joined}\tsynthetic\t{joined}\tt\n"
            )
            login = "".join(chance.choices(NUMBER_ALPHABET, k=12))
            email = f"s{i:04d}@{MAIL}" if regular else ""
            accounts.append(
                f"{plan.account + i}\t{self.password if regular else '!' + login}\t{login}\t{email}\t"
                f"\\\\x{self.phone(phone.encode()).hex()}\t\\\\x{index}\t{joined}\tzh\tt\t{joined}\t0\tt\t{plan.party + i}\n"
            )
            if regular:
                addresses.append(f"{email}\tt\tt\t{plan.account + i}\n")
        return parties, accounts, addresses

    def organisations(self, span: range) -> tuple[list[str], list[str]]:
        """Lines of parties and of their profiles."""
        plan, chance = self.plan, Random(f"{self.plan.seed} organisations {span.start}")
        parties, profiles = [], []
        at = self.since.isoformat()
        for j in span:
            code, row = credit_code(j), plan.party + plan.people + j
            registered = plan.today - timedelta(days=chance.randrange(1500, 9000))
            division = self.codes[bisect_right(self.weights, chance.random() * self.weights[-1])]
            parties.append(
                f"{row}\torganisation\t{self.organisation_name(j)}\t\tcredit_code\t\t"
                f"\\\\x{self.id_number(code.encode()).hex()}\t\\\\x{self.identity(f'CREDIT_CODE:{code}').hex()}\t"
                f"{NULL}\t\t{NULL}\t{NULL}\t\t{division}\treal_name\t{at}\tsynthetic\t{at}\tt\n"
            )
            profiles.append(
                f"{row}\t{code}\t2\t{plan.party + plan.representative(j)}\t{registered}\t\t{registered}\t\t\tactive\t{at}\n"
            )
        return parties, profiles


def credit_code(number: int) -> str:
    """An enterprise's code in a division that there is not, with both check characters."""
    body = ""
    for _place in range(6):
        number, digit = divmod(number, 31)
        body = USCC_ALPHABET[digit] + body
    organisation = "YK" + body
    code = f"91{REGION}{organisation}{_organisation_check(organisation)}"
    return code + mod_31(code)


def _organisation_check(body: str) -> str:
    """GB 11714-1997: weights 3 7 9 10 5 8 4 2 modulo 11 over 0-9 A-Z."""
    values = (ord(c) - (48 if c.isdigit() else 55) for c in body)
    total = sum(value * weight for value, weight in zip(values, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return "0123456789X"[(11 - total % 11) % 11]


def _birthdays(plan: Plan) -> tuple[date, list[int]]:
    """The first birthday, and how many people are born before each day since: few old, many of middle age."""
    first = plan.today - timedelta(days=365 * OLDEST)
    days = 365 * (OLDEST - 18)  # who has an account is of age

    def weight(day: int) -> float:
        age = OLDEST - day / 365
        return max(0.05, min(1.0, (OLDEST - age) / 35)) * (1.0 if age > 30 else 0.8)

    weights = [weight(day) for day in range(days)]
    share = plan.people / sum(weights)
    if plan.people > days * SERIALS * 0.6:
        raise ValueError(f"{plan.people} people do not fit into the resident numbers of one region")
    borders, exact = [0], 0.0
    for each in weights:
        exact += each * share
        borders.append(min(int(exact) + 1, plan.people, borders[-1] + SERIALS))
    return first, borders


def _coprime(many: int) -> int:
    """A step that visits every number below `many` once, far from its neighbour."""
    from math import gcd

    step = max(1, int(many * 0.6180339887))
    while gcd(step, max(many, 1)) != 1:
        step += 1
    return step
