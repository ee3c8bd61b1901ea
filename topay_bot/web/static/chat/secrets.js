// Finds what must never be sent: card numbers, resident IDs, one-time codes, card verification values, passwords.
//
// The twin of topay_bot/privacy.py for these kinds, down to the patterns' names; telephone numbers and e-mail
// addresses are masked by the server alone, since customers give them on purpose. One table of cases
// (tests/privacy_cases.py) holds both. The server masks again whatever arrives: this only spares the way there.

const KINDS = ["card", "id", "phone", "email", "code", "password", "cvv"];
const MARK = new RegExp(`\\[(?:${KINDS.join("|")})\\]`, "g");
const HIDDEN = "\u200b"; // stands for every character of no width
const ROUNDS = 8;

/** Each character stays one character, so that places stay true; a mark must not name, join or end anything. */
function flatten(text) {
  let flat = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    const code = text.charCodeAt(at);
    if (code < 0x80) flat += char === "\0" ? " " : char;
    else if (code === 0x3000 || code === 0xa0) flat += " ";
    else if (code === 0x2212 || (code >= 0x2010 && code <= 0x2015)) flat += "-";
    else if (code >= 0xff01 && code <= 0xff5e && char !== "，") flat += String.fromCharCode(code - 0xff01 + 0x21);
    else if ((code >= 0x200b && code <= 0x200f) || [0x2060, 0xfeff, 0xad].includes(code)) flat += HIDDEN;
    else flat += digit(char) ?? char;
  }
  return flat.replace(MARK, (mark) => "\0".repeat(mark.length));
}

/** A decimal digit of another script as 0-9: they stand in the code charts in tens, in order. */
function digit(char) {
  if (!/\p{Nd}/u.test(char)) return null;
  let value = 0;
  while (/\p{Nd}/u.test(String.fromCharCode(char.charCodeAt(0) - value - 1))) value++;
  return String(value % 10);
}

let patterns = null;
try {
  patterns = compile();
} catch {
  // A browser from before 2023 does not look behind in patterns: the server's masking alone has to do.
}

function compile() {
  const re = (source, flags = "gi") => new RegExp(source, flags);
  const GAP = `[ \\t.\\-_·${HIDDEN}]`;
  const DATE = "(?:19|20)\\d\\d[-./]\\d{1,2}[-./]\\d{1,2}";
  const UNIT =
    "\\s*(?:[元块万位个次天年月日号种分秒折%]|小时|cny|rmb|usd|yuan|dollars|euros|digits?|char|letters?|" +
    "times|seconds?|minutes?|hours?|days?|weeks?|months?|years?)|\\.\\d{1,2}(?!\\d)";
  const CODE =
    "(?:验证码|校验码|动态码|动态口令|动态密码|短信码|验证密码|确认码|" +
    "(?<![a-z])(?:passcode|otp|codes?|pins?|one[- ]?time password)(?![a-z]))";
  const CVV =
    "(?:安全码|背面(?:的|后|末)?[三3]位(?:数字?)?|卡背面的?(?:数字|号码)?|" +
    "(?<![a-z])(?:cvv2?|cvc2?|cvn2?|cv2|security code|(?:numbers?|digits|code) on the back)(?![a-z\\d]))";
  const OTHERS =
    "尾号|订单|单号|流水|金额|错误|代码|报错|收不到|没收到|没有收到|未收到|order|amount|error|ending|last|" +
    "(?:not|n't|n’t|never) (?:receive|arrive|come|came|get|got)";
  const BETWEEN = `(?:(?!${OTHERS})[^\\d\\n\\0]){0,24}?`;
  const IS_MY = "\\s*(?:[,，]\\s*)?(?:这个?)?(?:就是|是|为|is|was)\\s*(?:我的|刚收到的|my|the|your)?\\s*((?:[a-z]+ ){0,2})";
  const PASSWORD = "(?:密码|口令|(?<![a-z])(?:passwords?|passwd|passcode|passphrase|pwd|pw)(?![a-z]))";
  const STILL = "(?:(?:still|now|actually|just|always|really|not|also|only|simply|currently|还|现在|一直|都|仍然)\\s*)*";
  const VALUE = `["'“‘「『《【]?([!-~${HIDDEN}]{3,})`;
  const SURE = "(?:就|还|现在|一直|应该|好像|可能|记得|明明){0,3}";
  const TELLING =
    `(?:\\s*(?:[:=]|${SURE}是|为|叫做?|(?:设置?|设定|改|换|变)(?:成|为)?了?|用的是?)\\s*` +
    "|(?:\\s+(?:is|was|are|be)|['’]s)\\s+)";
  return {
    run: re(`\\d(?:${GAP}{0,3}\\d)+(?:${GAP}?[xX])?`, "g"),
    block: /\d+[xX]?|[xX]/g,
    order: re(
      "(?:订单|单号|流水|交易|编号|(?<![a-z])(?:order|transaction|trade|reference|ref|receipt|invoice|tracking)s?)" +
        "(?:[\\s:#.是为编号码-]|number|num|no(?![a-z])|id(?![a-z])|is(?![a-z])|was(?![a-z])){0,8}$",
      "i",
    ),
    card: re(
      "(?:卡号|银行卡|信用卡|储蓄卡|借记卡|银行账[号户]|银联|card|visa|mastercard|unionpay|amex|bank account)" +
        "[^\\d\\n\\0]{0,12}$",
      "i",
    ),
    id: re("(?:身份证|证件|(?<![a-z])id (?:card|number|no))[^\\d\\n\\0]{0,12}$", "i"),
    passport: re("(?:护照|passport)[^\\d\\n\\0]{0,12}?(?<![a-z])([a-z]{1,2}\\d{7,8})(?![a-z\\d])", "dgi"),
    after: [
      ["code", re(`${CODE}${BETWEEN}(?!${DATE})(\\d(?:[ ${HIDDEN}-]?\\d){3,7})(?!\\d|${UNIT})`, "dgi")],
      [
        "code",
        re(
          `${CODE}\\s*(?:[:=是为]|is(?![a-z]))\\s*(?!${DATE})` +
            "((?=[a-z-]{0,9}\\d)(?=\\d{0,9}[a-z])[a-z\\d-]{4,10})(?![a-z\\d])",
          "dgi",
        ),
      ],
      ["cvv", re(`${CVV}${BETWEEN}(\\d{3,4})(?!\\d|${UNIT})`, "dgi")],
    ],
    before: [
      ["code", re(`(?<![\\d.])(\\d{4,8})${IS_MY}${CODE}`, "dgi")],
      ["cvv", re(`(?<![\\d.])(\\d{3,4})${IS_MY}${CVV}`, "dgi")],
    ],
    touching: re("(?<![\\d.])(\\d{6}|\\d{4})的?(?:验证码|校验码|动态码)", "dg"),
    open: re(
      "(?:error|order|zip|postal|post|promo|coupon|country|area|qr|bar|status|response|return(?:s|ed)?|merchant|" +
        "referral|invit(?:e|ation)|discount|gift|product|tracking|swift|sort|currency|bank|region|reason|tax|" +
        "错误|订单|邀请|优惠|区号|邮政|商户)\\s*$",
      "i",
    ),
    namesPassword: re(PASSWORD, "i"),
    told: re(`${PASSWORD}${TELLING}${STILL}${VALUE}`, "dgi"),
    changedTo: re(`(?:chang|set|reset|updat)\\w{0,5}\\s+(?:\\S{1,20}\\s+){0,4}?${PASSWORD}\\s+to\\s+${VALUE}`, "dgi"),
    beside: re(`${PASSWORD}\\s*(?![:=])${VALUE}`, "dgi"),
    toldBefore: re(
      "(?<![!-~])([!-~]{4,64})\\s*(?:这?就?是|is|was)\\s*(?:我的?|他的|她的|my|our|the|his|her)\\s*" +
        `(?:[\\u4e00-\\u9fff]{0,4}?|[a-z]{1,12}\\s+)${PASSWORD}`,
      "dgi",
    ),
    any: re(
      "(?<![a-z])(?:a|an|any|every|each|good|strong|weak|which|what|whose|no|choose)\\s+(?:[a-z]+\\s+){0,2}$",
      "i",
    ),
    unitNext: re(`-?(?:${UNIT})`, "iy"),
    date: re(DATE, "y"),
  };
}

/** [{start, stop, kind}] in order, without overlaps. */
export function find(text) {
  if (patterns === null) return [];
  const flat = flatten(text);
  const found = [...(patterns.namesPassword.test(flat) ? passwords(flat) : [])];
  if (/\d/.test(flat)) found.push(...figures(flat), ...codes(flat));
  found.sort((one, other) => one.start - other.start || other.stop - one.stop);
  const joined = [];
  for (const one of found) {
    const last = joined[joined.length - 1];
    if (last && one.start < last.stop) last.stop = Math.max(last.stop, one.stop);
    else joined.push(one);
  }
  return joined;
}

/** The same text with a word in square brackets for each of them. */
export function mask(text) {
  for (let round = 0; round < ROUNDS; round++) {
    const found = find(text);
    if (!found.length) break;
    for (const { start, stop, kind } of found.reverse()) text = `${text.slice(0, start)}[${kind}]${text.slice(stop)}`;
  }
  return text;
}

const group = (match, kind) => ({ start: match.indices[1][0], stop: match.indices[1][1], kind });

function* figures(flat) {
  for (const match of flat.matchAll(patterns.passport)) yield group(match, "id");
  for (const run of flat.matchAll(patterns.run)) {
    if (run[0].replace(/\D/g, "").length < 13) continue;
    const blocks = [...run[0].matchAll(patterns.block)].map((block) => [run.index + block.index, block[0].toUpperCase()]);
    for (let first = 0; first < blocks.length; first++) {
      const named = first ? "" : nameOf(flat.slice(Math.max(0, blocks[0][0] - 40), blocks[0][0]));
      let figure = "";
      for (const [place, block] of blocks.slice(first)) {
        figure += block;
        if (figure.length > 19) break;
        const kind = figure.length >= 13 ? kindOf(figure, named) : null;
        if (kind) yield { start: blocks[first][0], stop: place + block.length, kind };
      }
    }
  }
}

const nameOf = (before) => ["order", "id", "card"].find((name) => patterns[name].test(before)) ?? "";

function kindOf(figure, named) {
  if (isResidentId(figure) || (named === "id" && [15, 18].includes(figure.length))) return "id";
  if (named === "order" || figure.endsWith("X")) return null;
  return named === "card" || (isIssued(figure) && luhn(figure)) ? "card" : null;
}

const isIssued = (digits) =>
  "3456".includes(digits[0]) ||
  (digits.slice(0, 4) >= "2221" && digits.slice(0, 4) <= "2720") ||
  /^(?:81|9558)/.test(digits);

function luhn(digits) {
  let total = 0;
  [...digits].reverse().forEach((sign, place) => {
    const value = Number(sign) * (place % 2 ? 2 : 1);
    total += value > 9 ? value - 9 : value;
  });
  return total % 10 === 0;
}

function isResidentId(figure) {
  if (!/^[1-9]\d{5}(?:19|20)\d{9}[\dX]$/.test(figure)) return false;
  const [year, month, day] = [figure.slice(6, 10), figure.slice(10, 12), figure.slice(12, 14)].map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return false;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const total = weights.reduce((sum, weight, place) => sum + weight * Number(figure[place]), 0);
  return "10X98765432"[total % 11] === figure[17];
}

function* codes(flat) {
  for (const [kind, pattern] of patterns.after) {
    for (const match of flat.matchAll(pattern)) {
      if (!patterns.open.test(flat.slice(Math.max(0, match.index - 12), match.index))) yield group(match, kind);
    }
  }
  for (const [kind, pattern] of patterns.before) {
    for (const match of flat.matchAll(pattern)) if (!patterns.open.test(match[2])) yield group(match, kind);
  }
  for (const match of flat.matchAll(patterns.touching)) yield group(match, "code");
}

// Words after "my password is ..." or "password: ..." when no password is told.
const NO_PASSWORD = new Set(
  `wrong incorrect invalid correct right locked expired forgotten forgot forget lost stolen weak strong rejected
  reset lock change never still always nothing refused being used gone known not broken unknown sent shown seen
  your another something anything topay this that these those what when where which whose who why how here there
  the and but for with from only also just too very same different equal unchanged long longer short shorter
  simple easy hard safe unsafe secure okay fine good bad old new missing empty blank required optional unavailable
  error login payment please help need needs must should can cannot won't don't doesn't isn't it's all one two
  combine choose use enter keep set tap open try never write make pick type see ask call contact between at-least
  password passwords code pin email phone card account app bank number case-sensitive public visible left out`.split(
    /\s+/,
  ),
);

function* passwords(flat) {
  for (const match of flat.matchAll(patterns.told)) {
    const own = !patterns.any.test(flat.slice(Math.max(0, match.index - 40), match.index));
    if (tells(flat, match, own)) yield group(match, "password");
  }
  for (const pattern of [patterns.changedTo, patterns.toldBefore]) {
    for (const match of flat.matchAll(pattern)) if (tells(flat, match, true)) yield group(match, "password");
  }
  for (const match of flat.matchAll(patterns.beside)) {
    const value = match[1].replace(/^["'.,;:!?()]+|["'.,;:!?()]+$/g, "");
    const mixed = value.length >= 5 && /\d/.test(value) && /[A-Za-z]/.test(value);
    if ((mixed || /^\d{6,}$/.test(value)) && tells(flat, match, false)) yield group(match, "password");
  }
}

/** Whether what stands beside the word "password" is one. `own`: it is said of a certain password. */
function tells(flat, match, own) {
  const value = match[1].replaceAll(HIDDEN, "").replace(/^["'.,;:!?()<>[\]{}]+|["'.,;:!?()<>[\]{}]+$/g, "");
  if (/^[\d.,-]*$/.test(value)) {
    const tooShort = value.replace(/\D/g, "").length < 4;
    patterns.date.lastIndex = 0;
    const isDate = patterns.date.test(value) && patterns.date.lastIndex === value.length;
    patterns.unitNext.lastIndex = match.indices[1][1];
    return !(tooShort || isDate || patterns.unitNext.test(flat));
  }
  const word = value.toLowerCase().split(/[,.;:!?/()]/)[0];
  if (NO_PASSWORD.has(word) || /^\d+-(?:digit|char)\w*$/.test(word)) return false;
  if (!/^[A-Za-z'/,.;-]+$/.test(value) || /[a-z][A-Z]/.test(value)) return true;
  return own && !/^[a-z]{3,}(?:ed|ing|ly|able|ible)$/.test(word);
}
