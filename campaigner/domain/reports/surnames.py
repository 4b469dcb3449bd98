"""Chinese surnames, and the words and places that only look as if a surname opened them."""

_COMMON = (
    "王李张刘林陈杨黄赵吴周徐孙马朱胡郭何罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎潘杜戴夏"
    "钟汪田姜范"
    "石姚谭廖邹熊陆郝孔崔康毛邱秦江史顾侯邵孟龙段雷钱汤尹黎贺赖龚庞樊兰殷施陶洪翟颜倪牛鲁葛韦俞章邢岳柳伍聂"
    "焦耿肖"
    "詹欧庄舒涂阮柯梅童凌裴霍苗谷盛曲翁冉骆蓝辛靳柴蒙鲍喻祁蒲滕屈饶牟艾穆卓吉缪芦麦褚娄窦戚岑景宫费卜晏柏宗"
    "瞿桂佟"
    "臧闵苟邬卞姬栾隋刁沙荣巫寇桑郎甄仲虞敖巩佘麻苑邝匡鞠荆郁胥储栗鄢谌奚粟冼蔺厉闫覃乔申付祝莫齐尤丛闻邰"
)
_DOUBTFUL = (
    "余任方金白江万武严文安常易关温左包宁尚符纪毕单季成路游管华房解阳时农司古简车项连党冷席卫米全应边和仇商"
    "池查迟官"
    "封谈惠乐冀南班原楚劳皮楼盘满位伊区海花权强帅练井祖丰支国平计索宣相初门云容来向高于甘沙信明展牧宾公利战曾"
    "鲜洪水居益东开双占普阴"
)
_NOT_NAMES = """
林业 林场 林区 林木 林地 黄梅 段考 张贴 张挂 张榜 张扬 陈述 陈列 黄牌 黄赌 黄金 周密 周边 周围 周到 周期 周末
周一 周二 周三 周四 周五 周六 周日 周年 徐徐 孙子 孙女 马上 马路 马到 胡同 何时 何地 何种 何人 何事
罗列 郑重 谢绝 谢谢 许多 许可 曾经 曾任 田间 田地 董事 杜绝 程序 程度 陆续 范围 范例 夏季 江西 江苏
贺信 顾客 顾问 钱袋 钱财 钱款 钱包 康复 施策 施工 施行 齐抓 齐心 申请 申报 申领 尤其 祝贺 祝愿 段落
雷区 雷霆 石化 龙头 毛病 宗旨 章程 汤圆 牛奶 盛大 盛会 曲折 苗头 卓越 景区 蓝天 蓝图 费用 费心 宫颈
闻讯 付款 付出 付清 莫名 艾滋 荣获 荣誉 沙龙 储户 储蓄 储备 邱县 史无 史料 秦皇 唐山 郑州 徐州 苏州
杭州 赣州 温州 宋庆 彭水 黎明 洪水 洪灾 谷物 柏油 桂林 郎中 苏北 苏南 鲁南 吉祥 吉林 蒙古 蒙骗 蒙受
麦收 阮江 裴多 房东 丁点 任组 任副 高度 高效 张家 石家 马鞍 吕梁 曲阜 曲靖 邢台 邯郸 葫芦 梅州 柳州
桂平 滕州 兰州 翁源 巩义 荆州 荆门 庄严 庄重 童年 童心 汪洋 戚友 仲裁 仲夏 焦点 焦虑 聂拉 欧洲 欧美
肖像 辛苦 辛勤 瞿塘 卜卦 付诸 段时 刁难 丛生 伍仟 陆仟 熊猫 彭州 许昌 孔庙 崔永 贾汪 傅作 萧条 萧山
董事长 闫王 戴好 戴上 戴口 赖以 赖账 龚断 兰考 殷切 殷实 陶冶 陶瓷 颜色 葛根 韦编 俞允 岳母 岳父 岳阳
汤阴
"""
_COMPOUND = """
欧阳 司马 上官 诸葛 司徒 东方 皇甫 尉迟
公孙 令狐 慕容 宇文 长孙 夏侯 端木 轩辕 南宫 西门
"""
COMPOUND = tuple(_COMPOUND.split())
DOUBTFUL = frozenset(_DOUBTFUL)
"""Rare surnames and everyday words, such as 高, 任, 余, 信: they need more proof than a comma."""
SURE = frozenset(_COMMON) - DOUBTFUL
"""Surnames that hardly ever open another word after an official's title."""

NOT_NAMES = tuple(_NOT_NAMES.split())
"""Words and places that begin with a surname and follow an official's title in real reports."""

NOT_GIVEN = frozenset(
    "的了是在和与及等将对为你他她它我您们这那个各也都并把被就所者次名副局部厅科队组员此其要让向从到由以于而"
    "且但或却还很主任"
    "书记县市区镇乡村街办委会社站校院行银企司机关处署室党政群众防诈骗反宣传工作案件警案情报人说上下内外前后"
    "年月日第同不"
    "，。、；："
)
"""Characters that hardly ever stand in a given name but often follow a title."""

_FORMS_OF_ADDRESS = (
    "大爷 大妈 大娘 大姐 大哥 大叔 阿姨 先生 女士 老师 奶奶 爷爷 小姐 同学 婆婆 老汉 老伯 老太 警官 医生"
)
FORMS_OF_ADDRESS = frozenset(_FORMS_OF_ADDRESS.split())
"""What reports put for the given name when they keep a person unnamed: 王大爷 tells nobody who he is."""
