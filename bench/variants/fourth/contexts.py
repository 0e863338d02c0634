"""What stands around a personal value: signatures, imprints, papers, logs, forms, settings."""

CONTEXTS: dict[str, dict[str, tuple[str, ...]]] = {
    "signature": {
        "en": (
            "{who} | Project Manager | {v}",
            "{who}, Office Manager. E: {v} W: www.fernhill.org",
            "Best wishes, {who} <{v}>",
        ),
        "zh": ("{who} | 项目经理 | {v}", "{who} 办公室主任 E-mail: {v} 网址: www.wanqu.cn", "祝好！{who} <{v}>"),
    },
    "imprint": {
        "en": (
            "For bookings and questions: {v}",
            "Contact us\n12 Mill Lane, Fernhill\nEmail: {v}",
            "Please send your form to {v} by the {n}th.",
        ),
        "zh": ("报名及咨询：{v}", "联系我们\n地址：湾区磨坊路12号\n电子邮箱：{v}", "请于{n}日前将报名表发送至{v}。"),
    },
    "paper": {
        "en": (
            "*Corresponding author: {who}, {v}",
            "{who}, Department of History, Fernhill University (e-mail: {v})",
            "Address for correspondence: {who}. Email: {v}.",
        ),
        "zh": (
            "*通信作者：{who}，E-mail：{v}",
            "{who}，湾区大学历史系（e-mail: {v}）",
            "作者简介：{who}，教授，主要从事地方史研究，E-mail: {v}。",
        ),
    },
    "commit": {
        "en": (
            "Author: {who} <{v}>\nDate:   Mon Mar {n} 10:2{m}:07 2017 +0000",
            "Signed-off-by: {who} <{v}>",
            "* {n} May - {who} <{v}> 1.{m}-{n}",
        ),
        "zh": (
            "作者：{who} <{v}>\n日期：2017-03-{n} 10:2{m}:07 +0800",
            "Signed-off-by: {who} <{v}>",
            "@author {who} {v}",
        ),
    },
    "email": {
        "en": ("Email me: {v}", "My address is {v} if you want the recipe.", "Thanks! Please send it to {v}"),
        "zh": ("求资源，邮箱{v}，谢谢楼主！", "我的邮箱是{v}，欢迎交流。", "好人一生平安 {v}"),
    },
    "email_wide": {
        "en": ("Ｅ－ｍａｉｌ：{v}", "E-mail：{v} (attn. {who})"),
        "zh": ("Ｅ－ｍａｉｌ：{v}", "邮箱：{v}（{who}收）", "来稿请寄{v}。"),
    },
    "hash": {
        "en": ("{who}: {v} (replace # with @)", "E-mail: {v} (# is @)"),
        "zh": ("邮箱：{v}（请将#换成@）", "联系邮箱 {v} ，发信时把#改为@。", "{who}的邮箱：{v}（#=@）"),
    },
    "row": {
        "en": ("{n}{m},{who},{v},Fernhill,active", "{n}{m}\t{who}\t{v}\tyes", "{who}; {v}; member since 200{m}"),
        "zh": ("{n}{m},{who},{v},湾区,已审核", "{n}{m}\t{who}\t{v}\t是", "{who}；{v}；200{m}级"),
    },
    "registry": {
        "en": (
            "Registrant Name: {who}\nRegistrant Email: {v}",
            "Registrar Abuse Contact Email: {v}",
            "person: {who}\ne-mail: {v}\nnic-hdl: FH{n}{m}",
        ),
        "zh": (
            "注册人：{who}\n注册人联系邮箱：{v}",
            "Registrant: {who}\nRegistrant Contact Email: {v}",
            "person: {who}\ne-mail: {v}\nnic-hdl: FH{n}{m}",
        ),
    },
    "link": {
        "en": (
            "Unsubscribe: https://news.fernhill.org/u?e={v}&id={n}{m}",
            "https://www.fernhill.org/reset.php?user={v}&t={n}{m}{n}",
        ),
        "zh": ("退订：https://news.wanqu.cn/u?e={v}&id={n}{m}", "https://www.wanqu.cn/reset.php?user={v}&t={n}{m}{n}"),
    },
    "phone": {
        "en": ("Whatsapp {v}", "Call {who} on {v} before the {n}th.", "Interested? {v}, ask for {who}.", "Mob: {v}"),
        "zh": (
            "{who}，{v}，欢迎来电。",
            "微信同号：{v}",
            "联系人：{who} 手机：{v}",
            "预约请加WhatsApp：{v}（{who}）。",
        ),
    },
    "signature_phone": {
        "en": ("{who} | Fernhill Partners | Tel: {v}", "T {v} F see website", "{who}, Sales, direct line {v}"),
        "zh": ("{who} | 湾区贸易 | Tel: {v}", "T: {v} 转{who}", "{who}（海外部），直线{v}"),
    },
    "imprint_phone": {
        "en": ("12 Mill Lane, Fernhill | Phone: {v}", "Enquiries: {who}, {v}", "To book a place, telephone {v}."),
        "zh": (
            "地址：湾区磨坊路12号 电话：{v}",
            "咨询电话：{v}（{who}老师）",
            "订座请致电{v}。",
            "招商热线：{v} {who}",
        ),
    },
    "extension": {
        "en": ("Call {v} ext. {n}{m} and ask for {who}.", "Phone: {v} x{n}{m}"),
        "zh": ("请拨打{v}，分机{n}{m}，找{who}。", "Phone: {v} x{n}{m}"),
    },
    "extension_cn": {
        "en": ("Tel: {v} ext {n}{m}", "Shanghai office: {v}-{n}{m} ({who})"),
        "zh": ("电话：{v}转{n}{m}", "办公电话：{v}-{n}{m} 联系人：{who}"),
    },
    "json": {
        "en": ('{{"user": "{who}", "ip": "{v}", "status": 200}}', 'client_ip={v} user="{who}" login=ok'),
        "zh": ('{{"user": "{who}", "ip": "{v}", "status": 200}}', "用户{who} 登录IP：{v} 登录成功"),
    },
    "ban": {
        "en": (
            "201{m}-03-{n} 10:2{m}:07,{n}{m} fail2ban.actions: WARNING [ssh] Ban {v}",
            "Blocked {v} after {n} failed attempts.",
        ),
        "zh": ("201{m}-03-{n} 10:2{m}:07 [警告] 已封禁 {v} ，失败{n}次", "{n}次失败后已封锁{v}。"),
    },
    "originating": {
        "en": ("X-Originating-IP: [{v}]", "X-Sender-IP: {v}"),
        "zh": ("X-Originating-IP: [{v}]", "发件人IP：{v}"),
    },
    "talk": {
        "en": (
            "— Preceding unsigned comment added by {v} (talk) 10:2{m}, {n} March 201{m} (UTC)",
            "Reverted edits by {v} (talk) to last version by {who}",
        ),
        "zh": ("——以上未签名的留言由{v}（对话）于201{m}年3月{n}日加入。", "撤销{v}（对话）的编辑，恢复到{who}的版本"),
    },
    "card": {
        "en": (
            "Card number: {v}\nExpiry: 0{m}/{y}\nName on card: {who}",
            "Please charge {v}, exp 0{m}/{y}.",
            "{who} gave card no. {v} over the phone.",
        ),
        "zh": (
            "卡号：{v}\n有效期：0{m}/{y}\n持卡人姓名：{who}",
            "请从信用卡{v}扣款，有效期0{m}/{y}。",
            "{who}在电话里报了卡号{v}。",
        ),
    },
    "bank_card": {
        "en": ("Deposit to card {v} (China Merchants Bank), name {who}.", "Bank card no.: {v} ({who})"),
        "zh": ("招商银行卡号：{v} 户名：{who}", "爱心捐款请转{who}，卡号{v}。", "账号 {v} 开户行 招行湾区支行 {who}"),
    },
    "us_person": {
        "en": (
            "Name: {who}\nSSN: {v}\nDate of birth: 0{m}/{n}/1971",
            "Social Security Number {v} ({who})",
            "Defendant {who}, SS# {v}, appeared in person.",
        ),
        "zh": ("姓名：{who}\n社安号（SSN）：{v}", "{who}的美国社会安全号码为{v}。", "报税人{who}，SSN {v}。"),
    },
    "cn_card": {
        "en": ("Name: {who}; PRC ID card number: {v}", "{who} (Chinese identity card {v}) bought the flat."),
        "zh": (
            "姓名 {who} 民族 汉 公民身份号码 {v}",
            "投保人：{who}，证件类型：身份证，证件号：{v}",
            "学员{who}身份证号为{v}，准考证已打印。",
        ),
    },
    "cn_notice": {
        "en": ("Party: {who}, born in China, citizen identity number {v}.", "Debtor {who}, resident ID no. {v}"),
        "zh": (
            "被执行人：{who}，汉族，公民身份号码{v}，住湾区磨坊路12号。",
            "原告{who}（身份证号码：{v}）诉称",
            "{who}，身份证{v}，持股{n}%。",
        ),
    },
    "in_tax": {
        "en": (
            "PAN: {v} ({who})",
            "{who}, PAN No. {v}, filed the return late.",
            "Permanent Account Number (PAN) of {who}: {v}",
        ),
        "zh": ("{who}的印度永久账号（PAN）：{v}", "印度税号PAN {v}，姓名{who}。"),
    },
    "it_person": {
        "en": (
            "Codice fiscale: {v} ({who})",
            "{who}, Italian tax code (codice fiscale) {v}, signed the lease in Rome.",
        ),
        "zh": ("{who}的意大利税号（codice fiscale）：{v}", "意大利税号为{v}，姓名{who}。"),
    },
    "pl_person": {
        "en": ("{who}, PESEL {v}, resident in Gdansk.", "PESEL: {v}"),
        "zh": ("{who}的波兰身份号码（PESEL）：{v}", "PESEL号码{v}（{who}）。"),
    },
    "br_person": {
        "en": ("CPF no. {v}, {who}", "{who}'s Brazilian tax number (CPF) is {v}."),
        "zh": ("{who}的巴西个人税号（CPF）是{v}。", "巴西CPF：{v}"),
    },
    "za_person": {
        "en": ("ID number: {v} ({who}, South Africa)", "{who}, South African ID No {v}, is the owner of the plot."),
        "zh": ("{who}的南非身份证号：{v}", "南非身份号码（ID number）{v}，姓名{who}。"),
    },
    "invoice": {
        "en": (
            "Bank: Sparkasse Talheim\nIBAN: {v}\nBIC: HASPDEHHXXX",
            "Please transfer 1{n}.00 EUR within 14 days to {v}.",
        ),
        "zh": ("开户银行：Sparkasse Talheim\nIBAN：{v}\nBIC：HASPDEHHXXX", "请在14天内将1{n}.00欧元汇至{v}。"),
    },
    "iban": {
        "en": ("Deposit: IBAN {v}, {who}", "{who} pays the rent to {v} each month.", "IBAN: {v} SWIFT: see below"),
        "zh": ("押金账户IBAN {v}，{who}", "{who}每月把房租汇到{v}。", "国际银行账号（IBAN）：{v}"),
    },
    "env": {
        "en": (
            "DB_HOST=127.0.0.1\nDB_USERNAME=app\nDB_PASSWORD={v}",
            "define('DB_PASSWORD', '{v}');",
            "MYSQL_ROOT_PASSWORD: {v}",
        ),
        "zh": (
            "DB_HOST=127.0.0.1\nDB_USERNAME=app\nDB_PASSWORD={v}",
            "define('DB_PASSWORD', '{v}');  // {who}",
            "spring.datasource.password={v}",
        ),
    },
    "settings": {
        "en": (
            '"apiKey": "{v}",',
            "api_token: {v}",
            "I accidentally pushed {v} to a public repo, what now?",
            "client = Client(token='{v}')  # {who}",
        ),
        "zh": (
            '"apiKey": "{v}",',
            "api_token: {v}",
            "我不小心把{v}推到了公开仓库，怎么办？",
            "client = Client(token='{v}')  # {who}",
        ),
    },
    "wechat": {
        "en": ("appid: wx{n}{m}a4c{n}e{m}d0{n}b{n}\nsecret: {v}", "WECHAT_APP_SECRET={v}"),
        "zh": ("AppID(小程序ID) wx{n}{m}a4c{n}e{m}d0{n}b{n}\nAppSecret(小程序密钥) {v}", "WECHAT_APP_SECRET={v}"),
    },
}
PEOPLE = {  # as written, and as in an address
    "en": {
        "Helen Carter": "helen.carter",
        "Mark Dawson": "mark.dawson",
        "Priya Menon": "priya.menon",
        "Tom Whelan": "tom.whelan",
        "Sofia Rossi": "sofia.rossi",
        "James Okoro": "james.okoro",
        "Karen Liu": "karen.liu",
        "Peter Nowak": "peter.nowak",
    },
    "zh": {
        "郭晓燕": "xiaoyan.guo",
        "马文涛": "wentao.ma",
        "宋佳": "jia.song",
        "蒋国华": "guohua.jiang",
        "冯雪": "xue.feng",
        "许志明": "zhiming.xu",
        "于海": "hai.yu",
        "叶秀兰": "xiulan.ye",
    },
}
ROWS = (
    "commit",
    "row",
    "registry",
    "link",
    "json",
    "ban",
    "originating",
    "talk",
    "env",
    "settings",
    "wechat",
    "signature",
)
