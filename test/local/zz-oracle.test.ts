import * as tdl from "tdl";
import { getTdjson } from "prebuilt-tdlib";
import { test } from "vitest";
import { formatText } from "../../src/local/text/format-text.ts";
import { checkLink } from "../../src/local/text/link.ts";
import { BotApiFailure } from "../../src/local/bot-api-failure.ts";

tdl.configure({ tdjson: getTdjson(), verbosityLevel: 0 });
const TYPES: Record<string, string> = { bold:"textEntityTypeBold", italic:"textEntityTypeItalic", underline:"textEntityTypeUnderline", strikethrough:"textEntityTypeStrikethrough", spoiler:"textEntityTypeSpoiler", code:"textEntityTypeCode", pre:"textEntityTypePre", text_link:"textEntityTypeTextUrl", blockquote:"textEntityTypeBlockQuote", expandable_blockquote:"textEntityTypeExpandableBlockQuote" };
const BACK = Object.fromEntries(Object.entries(TYPES).map(([a,b])=>[b,a]));
let seed = 7; const rnd = (n: number) => { seed = (seed + 0x6d2b79f5) | 0; let t = Math.imul(seed ^ (seed >>> 15), 1 | seed); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) % n; };
const ALPHA = ["a","b","c"," ","\n","é","😀","👨‍👩","\r","\t","x","y","\u202a","z"];
test("oracle", () => {
  let same = 0; const diffs: string[] = [];
  for (let i = 0; i < 100000; i++) {
    const n = 1 + rnd(12); let text = "q"; for (let k = 0; k < n; k++) text += ALPHA[rnd(ALPHA.length)]; text += "q";
    const m = rnd(6); const ents = [];
    for (let k = 0; k < m; k++) { const t = Object.keys(TYPES)[rnd(10)]!; const o = rnd(text.length + (rnd(20)===0?2:0)); const l = 1+rnd(Math.max(1, text.length - o + (rnd(20)===0?2:0))); ents.push({ type: t, offset: o, length: l, ...(t==="text_link"?{url:"http://a.b/"}:{}) }); }
    let mine: string; try { const r = formatText(text, ents); mine = JSON.stringify([r.text, r.entities.map(e=>[e.type,e.offset,e.length])]); } catch (e) { mine = (e as BotApiFailure).message; }
    const res: any = (tdl.execute as any)({ _: "parseMarkdown", text: { _: "formattedText", text, entities: ents.map(e => ({ _: "textEntity", offset: e.offset, length: e.length, type: { _: TYPES[e.type], url: e.url } })) } });
    let theirs = res._ === "error" ? "Bad Request: " + res.message.charAt(0).toLowerCase() + res.message.slice(1) : JSON.stringify([res.text, res.entities.map((e: any)=>[BACK[e.type._],e.offset,e.length])]);
    if (mine === theirs) same++; else if (diffs.length < 12) diffs.push(JSON.stringify({ text, ents: ents.map(e=>[e.type,e.offset,e.length]), mine, theirs }));
  }
  console.log("same", same); for (const d of diffs) console.log(d);
  for (const url of ["src/x.ts:12","README.md","http://localhost:3000","file:///x","mailto:a@b.c","https://a.b","http://A.b:80/x?y#z","http://a.b:0","http://a.b:99999","a b.c","http://a.b c/d","javascript:alert(1)","","http://","http:///x","tg://user?id=1","tg:resolve?domain=x","http://[::1]:8/","http://.","x.y#f","./x.png","../a.md","/abs/path.ts","#anchor","https://пример.рф/я","http://a_b.c/","http://a..b","user:pw@host.de/x","ftp://a.b/","https://a.b?x=1","http://1.2.3.4:8080/x","a.b:12", "vscode://file/x.ts", "http://a.b/ x"]) {
    let mine: string; try { mine = checkLink("Entity", url); } catch (e) { mine = (e as BotApiFailure).message.replace(/^.*invalid: /s, "E "); }
    const r: any = (tdl.execute as any)({ _: "getMarkdownText", text: { _: "formattedText", text: "abc", entities: [{ _: "textEntity", offset: 0, length: 3, type: { _: "textEntityTypeTextUrl", url } }] } });
    const theirs = r._ === "error" ? r.message : r.text;
    const norm = r._ === "error" ? theirs.replace(/^.*invalid: /s, "E ").replace(/^Entity.*URL.*$/s, theirs) : /\((.*)\)$/.exec(theirs)?.[1];
    if (mine !== norm) console.log("URL", JSON.stringify({ url, mine, theirs }));
  }
}, 120000);
