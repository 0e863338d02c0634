"""
Which letters and characters are taken for one another: by recognition from scans, by hands, by fonts.

Of Latin letters the pairs that studies of recognition list (Kukich 1992, Kolak & Resnik 2002): with the same stems,
bowls and gaps. Of Han characters those that differ by a stroke or two (形近字). What stands here is only tried; counts
decide.
"""

from functools import lru_cache

import numpy as np

_PAIRS = (  # what is written, what was meant
    "b-h h-b c-e e-c o-e e-o c-o o-c a-o o-a a-e e-a u-n n-u u-a a-u s-a a-s x-n rn-m m-rn in-m ni-m iu-m m-in "
    "m-ni nn-m rm-nn ii-n ii-u n-ii ri-n n-ri ti-n vv-w w-vv cl-d d-cl li-h h-li ll-h lr-h ln-h lc-k k-lc li-k "
    "ls-k l-i i-l l-t t-l i-t t-i t-f f-t f-s s-f f-l l-f t-r r-t l-b b-l j-i i-j g-q q-g g-y y-g y-v v-y r-v "
    "v-r r-n n-r 1-l 1-i l-1 0-o 5-s 8-b 6-b 9-g 4-a 3-e !-l !-i |-l |-i c-g g-c k-h h-k tl-d ol-d w-u tv-w "
)
LATIN = tuple(tuple(pair.split("-")) for pair in _PAIRS.split())

_GROUPS = (
    "日目曰白自 于干千子了丁 年午牛 人入八 大太犬天夭夫 未末木本来 已己巳 土士 候侯 田由甲申 "
    "王玉主 西酉 力刀刃 贝见 我找 折拆析 免兔 名各 住往佳 传转 令今 戊戌戍 拔拨 历厉 辨辩瓣 "
    "暑署 徒徙 栗粟 渴喝 拢扰 庆厌 师帅 史吏更 间问闻 闪闭 母毋 几儿九 又叉 乌鸟 兵乒乓 "
    "右石古 左在 先失 矢失 生牛主 上土止 下卞 小少 永水 化比北 比此 用甩 市布 正止 去丢 云去 "
    "元无 开井 不木 火灭 手毛 方万 文又丈 分公 工土 口曰 回四 四西 五王 因困囚 同向 她地 "
    "他地 那哪 结给 读续 被披 哀衰 哨峭 坏环 块快 抢枪 抱跑 李季 杏杳 林材 村材 相柏 根恨 "
    "很根 狠很 样祥 海悔 流疏 洒酒 洗浇 法注 注往 汽气 冶治 决快 冷泠 况祝 准淮 买卖 真直 "
    "具且 明朋 服报 乐东 夜液 孩该 定宁 宁丁 家冢 室宝 宝玉 写与 书画 当雪 思恩 息恩 意章 "
    "音昔 怕伯 作昨 做故 信倍 代伐 优犹 休体 苦若 草早 早旱 星是 昌冒 阳阴 除徐 院完 险脸 "
    "隐稳 际陈 钓钩 铁钱 钱线 银很 针什 什计 订打 扎札 技枝 板扳 校较 杭抗 看着 看春 眼银 "
    "眠眼 省看 真具 知和 种和 私和 秋秒 科料 可司 句旬 勿匆 包句 勾句 巨臣 吉告 吃乞 呜鸣 "
    "员贝 夕歹 多夕 关美 羊半 平乎 米来 两雨 清请情晴睛 "
)


@lru_cache(maxsize=1)
def alike() -> dict[str, str]:
    """For each Han character those that it may be taken for."""
    found: dict[str, set[str]] = {}
    for group in _GROUPS.split():
        for sign in group:
            found.setdefault(sign, set()).update(group)
    return {sign: "".join(sorted(others - {sign})) for sign, others in sorted(found.items())}


def latin_arrays() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    The Latin pairs for loops, sorted by the first character that is written.

    Returns:
        What is written, uint32 (pairs, 2), 0 behind its end; what was meant, uint32 (pairs, 2); where those of a first
        character begin and the next end, int64 (129,).
    """
    ordered = sorted(LATIN)
    written, meant = (
        np.array([[ord(c) for c in pair[side].ljust(2, "\0")] for pair in ordered], dtype=np.uint32) for side in (0, 1)
    )
    return written, meant, np.searchsorted(written[:, 0], np.arange(129)).astype(np.int64)


def han_arrays() -> tuple[np.ndarray, np.ndarray]:
    """
    The Han characters for loops.

    Returns:
        Where those that each of the code points from U+4E00 may be taken for begin and end, int32 (20993,); and these,
        uint32.
    """
    table = alike()
    others = [table.get(chr(code), "") for code in range(0x4E00, 0xA000)]
    starts = np.cumsum([0, *map(len, others)]).astype(np.int32)
    return starts, np.array([ord(c) for c in "".join(others)], dtype=np.uint32)
