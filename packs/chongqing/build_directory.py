"""How `directory.csv` was first made from a real list of another city: names cleaned, re-homed, sorted into themes.

The committed `directory.csv` is the truth; it has been edited by hand since and may be edited again. This script is
kept so that every decision taken for 1,133 names can be read and questioned; it prints what it would write and changes
nothing unless told `--write`, and then it keeps the English names and the entries of our own (YK-2001 and up) that
stand in `directory.csv` already. Run it from anywhere:

    python packs/chongqing/build_directory.py | less

What it decides, in the order of the functions below:
    clean()       words that belong to Guang'an or Sichuan leave the name: levels in brackets, decrees of the province
    department()  Guang'an has one approvals bureau for 344 items; Chongqing's departments decide them themselves
    levels()      who does it: the city, the 38 districts, or both
    audience()    natural persons, organisations, or both
    themes(), life_events()
The number in a code is the row of the real list, so that a code never moves when a rule below changes.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent / "sources" / "guangan_district_items.csv"
COLUMNS = [
    "code",
    "basic_code",
    "item_type",
    "name_zh",
    "name_en",
    "department_kind",
    "levels",
    "audience",
    "themes",
    "life_events",
    "main_item",
    "status",
    "source",
]

#: Entries that the real list lacks and people need begin here.
FIRST_OF_OUR_OWN = "YK-2001"

# --- names ------------------------------------------------------------------------------------------------------------
#: Brackets that say at which level Guang'an does it, or by which decree of Sichuan.
LEVEL_MARK = re.compile(
    r"（(?:县级行使|县级权限|县级|市级/县级|市级|住建行使|据省政府令第349号[^）]*|根据省政府349号令[^）]*)）"
)
#: The few names that need more than that; left the real name after LEVEL_MARK, right what stands here.
RENAMED = {
    "申领《四川省老年人优待证》": "老年人优待证申领",
    "县级“守合同重信用企业”公示": "“守合同重信用企业”公示",
    "县级广播电台、电视台变更节目设置范围审批": "区县广播电台、电视台变更节目设置范围审批",
    "县级广播电台、电视台变更台名审批": "区县广播电台、电视台变更台名审批",
    "县级广播电台、电视台变更节目套数审批": "区县广播电台、电视台变更节目套数审批",
    "县级文物保护单位原址保护措施审批": "区县级文物保护单位原址保护措施审批",
    "县级文物保护单位修缮许可": "区县级文物保护单位修缮许可",
    "居民身份证省内异地办理": "居民身份证市内异地办理",
    "省内调运林草植物检疫证书新办核发": "市内调运林草植物检疫证书新办核发",
    "猎捕有重要生态、科学、社会价值的陆生野生动物和省重点保护陆生野生动物情况备案": (
        "猎捕有重要生态、科学、社会价值的陆生野生动物和市重点保护陆生野生动物情况备案"
    ),
    "经营利用国家和省重点保护水生野生动物及其制品审批": "经营利用国家和市重点保护水生野生动物及其制品审批",
    "国家二级和省重点保护水生野生动物猎捕许可": "国家二级和市重点保护水生野生动物猎捕许可",
    "国家和省重点水生野生动物人工繁育许可证核发": "国家和市重点水生野生动物人工繁育许可证核发",
    "通航水域岸线安全适用许可": "通航水域岸线安全使用许可",
    "城市生活无着流浪乞讨人员救助": "生活无着的流浪乞讨人员救助",
    "道路货运经营许可（注销）": "道路货物运输经营许可（注销）",
    "道路货运经营许可（换发）": "道路货物运输经营许可（换发）",
}
_HAZARDOUS = "危险化学品经营许可（不带储存设施，剧毒、易制爆危险化学品和加油站除外）"
RENAMED_BY_ENDING = {
    "企业经营许可证变更审查": _HAZARDOUS + "变更",
    "企业经营许可证核发": _HAZARDOUS + "核发",
    "企业经营许可证换证审查": _HAZARDOUS + "换证",
}
#: Rows that say the same thing twice in Guang'an because two of its bureaus share it.
DROPPED = {397}  # 建设项目古树名木保护方案备案（住建行使）: row 101 has it for forestry


def clean(name: str) -> str:
    """The name without what belongs to another city, brackets in full width, no stray spaces."""
    name = re.sub(r"\s+", "", name).replace("(", "（").replace(")", "）").replace("\\", "/")
    name = LEVEL_MARK.sub("", name)
    if name.startswith("除从事剧毒"):
        return next(new for ending, new in RENAMED_BY_ENDING.items() if name.endswith(ending))
    return RENAMED.get(name, name)


# --- departments ------------------------------------------------------------------------------------------------------
#: Guang'an's department -> rules tried in order (words in the name or main item -> kind); the last is the default.
FORESTRY = "森林|林木|林草|古树|草原|陆生野生|种子|采种|伐区"
STREETS = "城市道路|道路上行驶|桥梁|市政设施|绿化|绿地|树木|古树|环卫|供水|公共供水|户外|管线、杆线"
HOMES: dict[str, list[tuple[str, str]]] = {
    "区经信局": [("", "economy_it")],
    "区教科体局": [("体育|运动员", "sports"), ("科技", "science_technology"), ("", "education")],
    "区公安分局": [("", "public_security")],
    "区消防大队": [("", "fire_rescue")],
    "区司法局": [("", "justice")],
    "区财政局": [("", "finance")],
    "区自然资源和规划局": [(FORESTRY, "forestry"), ("", "planning")],
    "区生态环境局": [("", "ecology")],
    "区综合执法局": [("", "urban_management")],
    "区交通运输局": [("", "transport")],
    "区水务局": [("", "water")],
    "区农业农村局": [("", "agriculture")],
    "区商务局": [("", "commerce")],
    "区文广旅局": [("", "culture_tourism")],
    "区卫健局": [("", "health")],
    "区应急管理局": [("", "emergency")],
    "区市监局": [("", "market_regulation")],
    "区统计局": [("", "statistics")],
    "区住建局": [("燃气|供气", "economy_it"), ("排水", "housing"), (STREETS, "urban_management"), ("", "housing")],
    "区发改局": [("", "development_reform")],
    "区委办": [("", "archives")],
    "区民政局": [("", "civil_affairs")],
    "区人社局": [("", "human_resources")],
    "区残联": [("", "disabled_federation")],
    "区气象局": [("", "meteorology")],
    "广安区税务局": [("", "taxation")],
    "区公管办": [("", "public_resources")],
    "区政府办": [("", "civil_air_defence")],
    "区退役军人事务局": [("", "veterans")],
    "区医疗保障局": [("", "medical_insurance")],
    "区林业局": [("", "forestry")],
    "区烟草专卖局": [("", "tobacco")],
    "区委统战部": [("", "ethnic_religious")],
    "区行政审批局": [
        ("义务教育", "education"),
        ("宗教|民族成份|寺院|固定处所", "ethnic_religious"),
        ("文物|广播|电视|娱乐|演出|文艺表演|互联网上网|文旅|歌舞|游艺", "culture_tourism"),
        ("出版物|电影|内部资料性", "press_publication"),
        ("体育|健身气功|攀岩|潜水|滑雪|游泳", "sports"),
        (
            "拖拉机|渔业|水产|水生野生|种畜|兽药|兽医|动物诊疗|动物防疫|蚕种|农药|种子|菌种|生鲜乳|农业野生|野生植物|养殖证|鱼类"
            "|提灌|家禽|人工授精|植物（农业",
            "agriculture",
        ),
        ("社会团体|民办非企业|慈善|公益性墓地", "civil_affairs"),
        ("不定时工作制|劳务派遣|人力资源|职业培训学校", "human_resources"),
        ("医疗|母婴|放射源|卫生许可|护士|医师|乡村医生|放射诊疗|中医诊所", "health"),
        ("电力设施|节能审查（企业技术改造项目）", "economy_it"),
        ("固定资产投资项目节能", "development_reform"),
        ("食品|药品|计量|特种设备|登记档案|股权出质|毒性|个体工商户|农民专业合作社|企业登记", "market_regulation"),
        ("企业设立、变更、注销登记", "market_regulation"),
        ("学校|幼儿园|校车|义务教育|教育机构|校外培训|民办初级", "education"),
        ("公路|护路林|超限运输|设计变更核备", "transport"),
        ("水利|取水|河道|洪水|行洪|水库|大坝|灌溉", "water"),
        ("公证员", "justice"),
        ("代理记账", "finance"),
        ("危险化学品|烟花爆竹|易制爆", "emergency"),
        ("夜间建筑", "ecology"),
        ("城市道路|临时性建筑物|户外广告|宣传品|生活垃圾|环卫", "urban_management"),
    ],
}


def department(bureau: str, name: str, main_item: str) -> str:
    for words, kind in HOMES[bureau]:
        if re.search(words, name):
            return kind
    for words, kind in HOMES[bureau]:
        if re.search(words, main_item):
            return kind
    raise SystemExit(f"no department for {bureau} {name} ({main_item})")


# --- who, for whom, about what ---------------------------------------------------------------------------------------
#: Done by the city alone: rare professions and institutions that Chongqing keeps in one hand.
CITY_ONLY = re.compile(r"公证员|计量标准|法定计量|特种设备作业人员|文物保护工程.*资质|有效区域为全国|国家秘密测绘")
#: Done by the city and by every district: the larger or the insured go to the city.
BOTH = re.compile(
    r"建筑工程施工许可证|公司设立|公司变更登记|公司注销|公司备案|分公司|股权出质|取水|水土保持|环境影响|应急预案|危险废物|社会团体|民办非企业"
    r"|慈善组织|营业性演出审批|举办营业性演出|网络预约出租汽车经营许可|巡游出租汽车经营许可|客运班线|道路旅客运输经营许可"
    r"|养老保险关系转移|企业社会保险登记|企业职工参保登记|失业保险金申领|工伤|社会保障卡|参保证明|权益记录|劳务派遣|职业中介|职业培训学校"
    r"|住院费用|门诊费用|异地长期|异地安置|常驻异地|临时外出|转诊|定点医药|定点协议|生育津贴|生育医疗|基本医疗保险关系"
    r"|医师|护士|医疗机构|放射诊疗|公共租赁住房|教师资格认定|政府采购|企业投资项目备案|节能审查|绿地、树木|占用、挖掘城市道路"
    r"|建设用地|建设工程|采矿权|探矿权|企业名称争议|法律援助|律师|司法鉴定|公证机构|水事|河道|烟花爆竹道路|民用爆炸|剧毒化学品|护照"
    r"|消防设计审查|消防验收|商品房预售|竣工验收备案|雷电|气球|^档案|到档查询|养老保险定期待遇"
)


def levels(name: str, main_item: str) -> str:
    if CITY_ONLY.search(name) or CITY_ONLY.search(main_item):
        return "city"
    return "both" if BOTH.search(name) else "district"


#: What each kind of department mostly serves, and the words that make an exception.
PERSONS = {"human_resources", "civil_affairs", "disabled_federation", "veterans", "medical_insurance", "education"}
SOMEONE = re.compile(
    r"个人|居民|职工参保|失业|户口|身份证|护照|婚|收养|老年|残疾|教师|学生|医师|护士|乡村医生|公证员执业|驾驶|驾照|居住证|证明$|犬|高龄|救助|儿童"
    r"|运动员|指导员|自然人|纳税记录|作业人员|船员|兽医登记|养蜂|演员|经纪人|民族成份|退役|伤残|法律援助申请|公证（指引|出生|预防接种|特别扶助"
    r"|奖励扶助|会计专业|基层法律服务工作者执业|工作人员证|住房保障|公租房|公共租赁|购房|维修资金"
    r"|资助|公司设立|企业设立登记|个体工商户|合作社（联合社）设立"
)
#: A name with one of these words is for persons alone (or organisations alone), whatever else stands in it.
PERSONS_ONLY = re.compile(r"资助项目|结婚|离婚|婚姻|居民身份证|户口|护照|高龄|残疾人证|纳税记录|学籍异动|助学金")
ORGANISATIONS_ONLY = re.compile(
    r"母婴保健技术服务|学校.*审批|慈善|墓地|企业法人|分公司|分支机构|公司备案|公司注销|医疗机构|供水单位"
)
ORGANISATION = re.compile(
    r"单位|企业|机构|公司|经营|工程|项目|用人|机关事业|社会团体|民办|开户|合作社|个体工商户|招聘|工作制|裁员|集体合同|医药|校车|幼儿园|养老机构"
)


def audience(kind: str, name: str) -> str:
    if PERSONS_ONLY.search(name) or ORGANISATIONS_ONLY.search(name):
        return "natural" if PERSONS_ONLY.search(name) else "legal"
    person, organisation = bool(SOMEONE.search(name)), bool(ORGANISATION.search(name))
    if person and organisation:
        return "both"
    if person or (kind in PERSONS and not organisation):
        return "natural"
    if organisation or kind in {"transport", "emergency", "tobacco", "public_resources", "civil_air_defence"}:
        return "legal"
    return "both"


#: Words -> theme (themes.csv); every rule that fits adds its theme, at most three.
THEMES = [
    ("birth_adoption", "出生|收养|生育|计划生育|母婴|婴"),
    ("household", "户口|居住证|身份证|户籍|民族成份|落户"),
    ("ethnic_religious", "宗教|民族|寺院"),
    ("education", "学校|学生|入学|教育|幼儿园|教师|助学|学籍|校车|校外培训|招生"),
    ("military", "退役|预备役|军人|随军|伤残抚恤|优待证"),
    (
        "employment",
        "就业|失业|招聘|职业介绍|职业指导|创业|见习|公益性岗位|人才|档案接收|档案转出|求职|劳务派遣|人力资源",
    ),
    ("setup_change", "设立登记|变更登记|注销登记|企业设立|个体工商户|农民专业合作社|分支机构|备案登记|证照遗失|歇业"),
    ("permits_to_operate", "经营许可|许可证|卫生许可|执业许可|经营.*备案|特种行业|准营"),
    ("qualification", "资格|执业注册|职称|技术等级|执业证|驾驶证|船员"),
    ("marriage", "婚"),
    ("preferential", "抚恤|优待|残疾|伤残|奖励扶助|特别扶助|高龄"),
    ("social_assistance", "救助|低保|最低生活|特困|孤儿|补贴|困难"),
    ("social_insurance", "保险|参保|社会保障卡|工伤|养老|年金|遗属|待遇|退休|供养亲属"),
    ("medical", "医疗|医保|诊疗|医院|护士|医师|门诊|住院|预防接种|药品|健康体检|公共场所卫生"),
    ("housing", "公租房|公共租赁|住房|物业|维修资金|商品房|危房|房地产|棚户区"),
    ("documents", "证件|护照|居民身份证|驾驶证|优待证|残疾人证|社会保障卡"),
    ("travel", "客运|出租汽车|驾驶|机动车|道路运输证|公交|城市公共汽电车"),
    ("exit_entry", "护照|出入境|外国人"),
    ("consumer", "消费|投诉|促销|预付卡"),
    ("public_safety", "公安|爆炸|爆竹|危险化学|剧毒|易制毒|安全生产|消防|旅馆|大型群众性|集会|焰火"),
    ("justice_notary", "公证|律师|法律援助|司法鉴定|人民调解|仲裁|基层法律"),
    ("tax_finance", "税|发票|代理记账|会计|政府采购"),
    ("investment", "投资项目|节能审查|招标|项目备案|竣工|施工许可"),
    ("land_planning", "土地|用地|规划|矿|测绘|乡村建设"),
    ("construction", "建设工程|建筑|施工|起重机械|燃气|供水|排水|人防|防空|市政"),
    ("transport_trade", "货运|货物运输|港口|公路|运输"),
    ("environment_greening", "环境|污染|绿化|绿地|树木|垃圾|排污|土壤|危险废物|森林|林木|古树|采伐"),
    ("agriculture", "农|种子|兽|畜|渔|水产|拖拉机|动物|蚕|养蜂|菌种|生鲜乳"),
    ("water_weather", "水利|取水|河道|洪水|水土|水事|雷电|气象|气球|采砂|水库"),
    ("culture_sports", "文物|演出|娱乐|体育|旅行社|艺术|出版|电影|广播|健身|互联网上网|博物馆"),
    ("quality", "计量|特种设备|食品|质量|检验"),
    ("utilities", "报装|供电|供气|供水|缴纳"),
    ("archives", "档案"),
    ("closing_down", "注销|终止|歇业"),
    ("retirement", "退休|养老保险待遇|养老金"),
    ("funeral", "墓|丧葬|死亡"),
]
FALLBACK_THEME = {
    "taxation": "tax_finance",
    "market_regulation": "quality",
    "health": "medical",
    "transport": "transport_trade",
    "housing": "construction",
    "public_security": "public_safety",
    "justice": "justice_notary",
    "human_resources": "employment",
    "forestry": "environment_greening",
    "ecology": "environment_greening",
    "water": "water_weather",
    "urban_management": "construction",
    "culture_tourism": "culture_sports",
    "emergency": "public_safety",
}


def themes(kind: str, name: str, main_item: str) -> list[str]:
    found = [theme for theme, words in THEMES if re.search(words, name)]
    found = found or [theme for theme, words in THEMES if re.search(words, main_item)]
    return found[:3] or [FALLBACK_THEME.get(kind, "other")]


#: Words -> life event (life_events.csv); only what a person or a business really meets there.
LIFE_EVENTS = [
    ("having_a_child", "出生|预防接种|生育|新生儿|城乡居民参保登记"),
    ("going_to_school", "入学|学籍|助学金|幼儿园入|中小学学生|学前教育.*办理"),
    ("first_job", "就业登记|高校毕业|见习|职工参保登记|社会保障卡申领|档案接收|教师资格|求职"),
    ("losing_work", "失业|就业困难|灵活就业"),
    ("getting_married", "结婚|婚姻登记|补领结婚证"),
    ("a_home", "公共租赁住房申请|住房保障|维修资金|供电报装|供水报装|供气报装|住房公积金"),
    ("moving", "居住证|户口迁移|随迁子女|关系转移接续|异地长期"),
    ("a_car", "驾驶证|机动车"),
    ("falling_ill", "住院费用|门诊费用|慢特病|异地转诊|工伤|医疗救助"),
    ("disability", "残疾"),
    ("hard_times", "低保|最低生活保障|临时救助|特困|法律援助申请|自然灾害生活"),
    ("retiring", "高龄津贴|退休申请|老年人优待|养老保险.*资格认证|养老保险待遇"),
    ("a_death", "丧葬|遗属|户口注销|注销户口|供养亲属"),
    ("leaving_the_army", "退役|优待证申领|伤残"),
    (
        "starting_a_business",
        "公司设立|个体工商户设立|企业社会保险登记|一般纳税人|发票票种核定|公章刻制|合作社（联合社）设立",
    ),
    (
        "opening_a_shop",
        "食品（含保健食品）经营许可核发|公共场所卫生许可新办|招牌|烟草专卖零售许可证新办|消防安全检查|食品小经营店备案发放|户外广告",
    ),
    ("hiring_people", "用人|劳务派遣|工作制|就业困难人员补贴|社会保险登记|单位参保登记"),
    (
        "building_something",
        "施工许可证核发|规划许可|用地预审|水土保持|环境影响|竣工验收备案|建筑垃圾|项目备案|绿地、树木",
    ),
    ("closing_a_business", "公司注销|个体工商户注销|税务注销|企业注销社会保险"),
]


def life_events(name: str) -> list[str]:
    return [event for event, words in LIFE_EVENTS if re.search(words, name)][:3]


# --- assembling -----------------------------------------------------------------------------------------------------
def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def build() -> list[dict[str, str]]:
    written = {row["code"]: row for row in read(HERE / "directory.csv")}
    rows: list[dict[str, str]] = []
    seen: set[str] = set()
    for number, row in enumerate(read(SOURCE), 1):
        name, main = clean(row["item_name"]), clean(row["main_item"] or "")
        if number in DROPPED or name in seen:
            continue
        seen.add(name)
        code = f"YK-{number:04d}"
        kind = department(row["department"], name, main)
        rows.append(
            {
                "code": code,
                "basic_code": "",
                "item_type": row["item_type_code"],
                "name_zh": name,
                "name_en": written[code]["name_en"] if code in written else "",
                "department_kind": kind,
                "levels": levels(name, main),
                "audience": audience(kind, name),
                "themes": " ".join(themes(kind, name, main)),
                "life_events": " ".join(life_events(name)),
                "main_item": "" if main == name else main,
                "status": "sample",
                "source": f"guangan {row['item_code']}",
            }
        )
    return rows + [row for code, row in written.items() if code >= FIRST_OF_OUR_OWN]


def main() -> None:
    rows = build()
    target = HERE / "directory.csv"
    if "--write" in sys.argv:
        with target.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    for row in rows:
        print(*row.values(), sep="\t")


if __name__ == "__main__":
    main()
