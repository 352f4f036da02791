"""Old and rare forms of kanji, and the one form in use that each is looked up by.

The forms from before 1946 that have one successor (國 is 国, 澤 is 沢), those that names keep (髙 is 高, 﨑 is 崎,
邊 and 邉 are 辺, 齋 and 斎 are 斉), and a few that are written for one another (附 and 付). Of several old forms with
one successor, all count as that (辨, 辯 and 瓣 are 弁). Not carried: kanji of the same sound and another meaning.
"""

import re
from typing import Final

_PAIRS: Final = (
    "亞亜 惡悪 壓圧 圍囲 爲為 醫医 壹壱 稻稲 飮飲 隱隠 營営 榮栄 衞衛 驛駅 悅悦 閱閲 圓円 緣縁 艷艶 鹽塩 奧奥"
    " 應応 橫横 歐欧 毆殴 黃黄 溫温 穩穏 假仮 價価 畫画 會会 壞壊 懷懐 繪絵 槪概 擴拡 殼殻 覺覚 學学 嶽岳 樂楽"
    " 勸勧 卷巻 寬寛 歡歓 罐缶 觀観 關関 陷陥 巖巌 顏顔 歸帰 氣気 龜亀 僞偽 戲戯 犧犠 舊旧 據拠 擧挙 峽峡 挾挟"
    " 敎教 狹狭 曉暁 區区 驅駆 勳勲 薰薫 惠恵 揭掲 攜携 溪渓 經経 繼継 莖茎 螢蛍 輕軽 鷄鶏 藝芸 擊撃 缺欠 儉倹"
    " 劍剣 圈圏 檢検 權権 獻献 縣県 險険 顯顕 驗験 嚴厳 廣広 恆恒 效効 鑛鉱 號号 國国 黑黒 濟済 碎砕 劑剤 櫻桜"
    " 册冊 雜雑 產産 參参 慘惨 棧桟 蠶蚕 贊賛 殘残 絲糸 齒歯 兒児 辭辞 濕湿 實実 寫写 釋釈 壽寿 收収 從従 澁渋"
    " 獸獣 縱縦 肅粛 處処 緖緒 敍叙 奬奨 將将 燒焼 稱称 證証 乘乗 剩剰 壤壌 孃嬢 條条 淨浄 狀状 疊畳 讓譲 釀醸"
    " 囑嘱 觸触 寢寝 愼慎 晉晋 眞真 盡尽 圖図 粹粋 醉酔 隨随 髓髄 數数 樞枢 瀨瀬 聲声 靜静 攝摂 竊窃 專専 戰戦"
    " 淺浅 潛潜 纖繊 踐践 錢銭 禪禅 雙双 壯壮 搜捜 插挿 爭争 總総 聰聡 莊荘 裝装 騷騒 增増 臟臓 藏蔵 屬属 續続"
    " 墮堕 體体 對対 帶帯 滯滞 臺台 瀧滝 擇択 澤沢 單単 擔担 膽胆 團団 彈弾 斷断 癡痴 遲遅 晝昼 蟲虫 鑄鋳 廳庁"
    " 聽聴 鎭鎮 遞逓 鐵鉄 轉転 點点 傳伝 黨党 盜盗 燈灯 當当 鬪闘 德徳 獨独 讀読 屆届 繩縄 貳弐 惱悩 腦脳 霸覇"
    " 廢廃 拜拝 賣売 麥麦 發発 髮髪 拔抜 蠻蛮 祕秘 濱浜 濵浜 甁瓶 拂払 佛仏 竝並 變変 邊辺 邉辺 辨弁 辯弁 瓣弁"
    " 寶宝 襃褒 豐豊 沒没 飜翻 槇槙 萬万 滿満 默黙 彌弥 譯訳 藥薬 與与 豫予 餘余 譽誉 搖揺 樣様 謠謡 來来 賴頼"
    " 亂乱 覽覧 龍竜 兩両 獵猟 綠緑 壘塁 淚涙 勵励 禮礼 隸隷 靈霊 齡齢 戀恋 爐炉 勞労 樓楼 郞郎 祿禄 錄録 灣湾"
    " 髙高 﨑崎 嵜崎 嶋島 嶌島 齊斉 齋斉 斎斉 桒桑 栁柳 冨富 淸清 靑青 吳呉 曾曽 晚晩 步歩 每毎 內内 鄕郷 卽即"
    " 萠萌 曻昇 凜凛 堯尭 遙遥 瑤瑶 檜桧 篭籠 剝剥 頰頬 塡填 餠餅 麵麺 瘦痩 繫繋 噓嘘 萊莱 穗穂 附付 〆締"
)
_FORMS: Final = {ord(pair[0]): pair[1] for pair in _PAIRS.split()} | {0x20BB7: "吉", 0x20B9F: "叱"}
IN_PLACE_OF_OTHERS: Final = "".join(dict.fromkeys(_FORMS.values()))
"""The forms in use that text may have in an older one."""
_OLD: Final = re.compile(f"[{''.join(chr(code) for code in _FORMS if code < 0x10000)}]")
_RARE: Final = tuple(chr(code) for code in _FORMS if code >= 0x10000)  # in the pattern they would slow it tenfold


def in_use(text: str) -> str:
    """The text with each old form of a kanji as the one in use; as many characters as before."""
    is_old = _OLD.search(text) or any(rare in text for rare in _RARE)
    return text.translate(_FORMS) if is_old else text
