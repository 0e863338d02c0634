"""Numbers that look like personal data and are none, and addresses that look like versions: a form each."""

# ruff: noqa: E501  (a line of noise is a line)

from collections.abc import Iterator

from llmpipe.world.draws import Draw
from variants.shaping import Make, Variant

_MARK = "[IP]"  # what cleaning puts in the place of an address


def _version(draw: Draw) -> str:
    """Four numbers, one of them with two digits at least, each of at most three."""
    first, second = draw.between(1, 24), draw.between(0, 40)
    return f"{first}.{second}.{draw.between(10, 255)}.{draw.between(0, 200)}"


def _next(version: str) -> str:
    """The version after another."""
    head, _, last = version.rpartition(".")
    return f"{head}.{int(last) + 1}"


def _address(draw: Draw) -> str:
    return f"{draw.choice((10, 23, 45, 103, 172, 192, 203))}.{draw.between(1, 254)}.{draw.between(1, 254)}.{draw.between(2, 250)}"


def _kept(form: str) -> Make:
    """Behind the text what must stay; `{v}` a version, `{w}` the next one, `{d}` a digit."""

    def made(draw: Draw, text: str) -> str:
        version = _version(draw)
        line = form.replace("{v}", version).replace("{w}", _next(version))
        while "{d}" in line:
            line = line.replace("{d}", str(draw.between(1, 8)), 1)
        return f"{text} {line}"

    return made


def _with_address(form: str) -> Make:
    """Addresses in the place of the marks."""

    def made(draw: Draw, text: str) -> str:
        parts = text.split(_MARK)
        first = _address(draw)
        values = [first, _next(first)]
        return parts[0] + "".join(values[n] + part for n, part in enumerate(parts[1:]))

    return made


_VERSIONS = {
    "en": {
        "ver_browser": "He opened the page in Chrome {v} and later in Chrome {w}.",
        "ver_agent": "The log shows Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 Chrome/{v} Safari/537.36 for all of them.",
        "ver_upgrade": "We upgraded the driver from {v} to {w} without any trouble.",
        "ver_two": "Version {v} was followed by {w} in the same week.",
        "ver_file": "Download libmill-{v}.tar.gz and unpack it in your home folder.",
        "ver_pinned": "The file requirements.txt says millpack=={v} and nothing else.",
        "ver_database": "Oracle Database {v} added support for this in the spring.",
        "ver_heading": "\n{v}\n- fixed a crash when the list was empty\n- smaller downloads",
        "ver_bug": "The bug is present in {v} and was fixed in release {w}.",
        "ver_windows": "It happens on Windows {v} only, as far as we can see.",
        "ver_firmware": "The router runs firmware {v}, and firmware {w} is not out yet.",
        "ver_app": "The app (v{v}) needs more memory than the one of last year.",
        "ver_section": "See section {v} and section {w} of the standard for the details.",
        "ver_patch": "The patch {v} must be installed before anything else is done.",
        "ver_range": "All builds from {v} through {w} are affected by this fault.",
        "ver_oid": "The object identifier 1.3.6.{d}{d} belongs to the group, and OID {v} to nobody.",
        "ver_latest": "The latest stable release is now {v}; users of {w} need do nothing.",
        "ver_since": "This option exists since {v}.",
        "ver_plugin": "She installed the plugin WordCount {v} on the server of the school.",
        "ver_game": "Game update {v} brings a new map and three new songs.",
    },
    "zh": {
        "zver_update": "软件更新到{v}之后，{w}也很快发布了。",
        "zver_wechat": "微信{v}安卓版修复了一些问题，{w}还在测试。",
        "zver_from": "系统从{v}升级到{w}，用了不到十分钟。",
        "zver_two": "版本{v}发布一周之后又有了{w}。",
        "zver_section": "详见标准第{v}节和第{w}条的规定。",
        "zver_browser": "他用的浏览器是Chrome {v}，同事用的是Chrome {w}。",
        "zver_patch": "请先安装补丁{v}，再重新启动电脑。",
        "zver_latest": "目前最新版是{v}，旧版{w}不再维护。",
        "zver_firmware": "路由器的固件是{v}，新固件{w}还没有推出。",
        "zver_build": "内部版本号 {v}，驱动程序 {w}。",
    },
}  # fmt: skip

_OTHERS = {
    "en": {
        "num_coordinates": "The mill stands at 48.85{d}{d}{d}{d}, 2.352{d}{d}{d} on the left bank.",
        "num_isbn10": "Look for ISBN 0-306-40615-2 in the catalogue of the town library.",
        "num_doi": "The paper has the DOI 10.1000/182.{d}{d}{d}{d} and is free to read.",
        "num_date_time": "The meeting of 2019-03-1{d} 12:3{d}:45 was moved to 2019-04-1{d} 09:00:00.",
        "num_dates_dots": "She lived here from 12.03.201{d} to 14.06.202{d}, next to the church.",
        "num_order": "Your order number 2013-0456-77{d}{d} has left the warehouse.",
        "num_commit": "The change is in commit 9fceb02d0ae598e95dc970b74767f19372d61af8 of the repository.",
        "num_patent": "It is protected by US patent 7,654,32{d} and by two others.",
        "num_issn": "The journal has ISSN 2049-363{d} and appears four times a year.",
        "num_population": "The region has 1 234 567 8{d}{d} inhabitants according to the last count.",
        "num_scores": "The sets ended 6-4 3-6 7-6 6-{d} after four hours of play.",
        "num_uuid": "The record 550e8400-e29b-41d4-a716-44665544000{d} was deleted by mistake.",
        "num_pi": "The number begins with 3.14159265358979323846 and never ends.",
        "num_bible": "He read Luke 12.10.11.12 aloud, and then the rest of the chapter.",
        "num_years": "The reigns were 1509-1547, 1547-1553, 1553-1558 and 1558-1603.",
        "num_money": "The budget rose from $12,345,678,90{d} to $13,456,789,01{d} within a year.",
        "num_barcode": "The barcode 4006381333931 was printed on the box of pencils.",
        "num_flight": "Flight LH 400 leaves at 10:55 and flight LH 40{d} at 16:5{d} every day.",
    },
    "zh": {
        "znum_order": "订单编号2013045677{d}{d}已经从仓库发出。",
        "znum_isbn": "这本书的书号是ISBN 978-7-02-000220-{d}。",
        "znum_date": "会议从2019年3月1{d}日12:3{d}改到2019-04-1{d} 09:00。",
        "znum_population": "全省人口1 234 567 8{d}{d}人，比十年前多。",
        "znum_document": "根据国办发〔2013〕1{d}号文件和2013-1{d}-22的通知办理。",
        "znum_coordinates": "水磨坊位于北纬39.9042{d}{d}，东经116.4074{d}{d}。",
        "znum_flight": "航班CA981和CA98{d}分别于13:00和15:3{d}起飞。",
        "znum_price": "单价12.50元，共计1,234,567.8{d}元。",
    },
}  # fmt: skip

_ADDRESSES = {
    "en": {
        "addr_from": "The request came from [IP] late at night.",
        "addr_host": "The mail server at [IP] did not answer for an hour.",
        "addr_port": "Connect to [IP]:8080 and log in with your name.",
        "addr_net": "The office uses the network [IP]/24 for all of its printers.",
        "addr_log": '\n[IP] - - [10/Oct/2000:13:55:36 -0700] "GET /index.html HTTP/1.0" 200 2326',
        "addr_link": "Open http://[IP]/login in a browser and change the settings.",
        "addr_ssh": "Type ssh root@[IP] and wait for the question.",
        "addr_ping": "After ping [IP] nothing came back, so they called the company.",
        "addr_two": "The hosts [IP] and [IP] are in the cellar.",
        "addr_ip": "His IP address was [IP], and hers was [IP].",
        "addr_edit": "A new version of the page was saved by [IP] this morning.",
        "addr_release": "The router will release the address [IP] after a day.",
        "addr_bare": "I could see [IP] in the list of the neighbours.",
        "addr_blocked": "We blocked [IP] because of too many messages.",
        "addr_update": "After the update the camera can be found at [IP] as before.",
        "addr_gateway": "Set the gateway to [IP] and the name server to [IP].",
    },
    "zh": {
        "zaddr_from": "昨晚的请求来自[IP]。",
        "zaddr_server": "服务器地址是[IP]，端口8080。",
        "zaddr_ip": "他的IP是[IP]，已经被封禁。",
        "zaddr_edit": "这一版是由[IP]在今天早上保存的。",
        "zaddr_gateway": "网关设为[IP]，域名服务器设为[IP]。",
        "zaddr_update": "更新之后，摄像头的地址仍然是[IP]。",
        "zaddr_login": "账号在[IP]和[IP]两处登录过。",
        "zaddr_link": "请用浏览器打开http://[IP]/admin进行设置。",
    },
}  # fmt: skip


def numbers() -> Iterator[Variant]:
    """All of them."""
    for forms in (_VERSIONS, _OTHERS):
        for language, lines in forms.items():
            for name, form in lines.items():
                yield Variant("no_pii", name, language, _kept(form), "keep")
    for language, lines in _ADDRESSES.items():
        for name, form in lines.items():
            carrier = lambda text, form=form: f"{text} {form}"  # noqa: E731
            yield Variant("address", name, language, _with_address(form), "repair", carrier)
