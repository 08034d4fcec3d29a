/** One sheet for all pages of the sandbox; calm, and plainly not GitHub. */
export const stylesheet = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--line:#dfe3e8;--text:#1b2430;--dim:#586574;--accent:#1f5fbf;--accent-text:#fff;
--open:#1a7f4b;--closed:#7a4bc9;--danger:#b3261e;--soft:#eef1f5;--radius:10px}
@media (prefers-color-scheme:dark){:root{--bg:#0f1319;--card:#171d26;--line:#2a3340;--text:#e6ebf1;--dim:#9aa7b6;--accent:#7fb0ff;--accent-text:#0b1220;
--open:#4cc38a;--closed:#b79bff;--danger:#ff8a80;--soft:#1f2732}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
a{color:var(--accent);text-underline-offset:2px}
a:focus-visible,button:focus-visible,input:focus-visible,textarea:focus-visible,select:focus-visible,pre:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.top{background:var(--card);border-bottom:1px solid var(--line)}
.top>div{max-width:1080px;margin:0 auto;padding:10px 20px;display:flex;gap:12px 20px;align-items:center;flex-wrap:wrap}
.brand{font-weight:650;color:var(--text);text-decoration:none}
.tag{font-size:12px;color:var(--dim);border:1px solid var(--line);border-radius:99px;padding:1px 9px;margin-left:8px;font-weight:500}
.acting{margin-left:auto;display:flex;gap:8px;align-items:center;font-size:13px;color:var(--dim)}
main{max-width:1080px;margin:0 auto;padding:24px 20px 60px}
h1{font-size:22px;line-height:1.3;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:16px;margin:0 0 10px}
.crumbs{font-size:14px;color:var(--dim);margin:0 0 14px}
.dim{color:var(--dim)}
.number{color:var(--dim);font-weight:400}
.card{background:var(--card);border:1px solid var(--line);border-radius:var(--radius);padding:16px;margin:0 0 16px}
.card.flush{padding:0;overflow:hidden}
button,.button{font:inherit;font-weight:550;border:1px solid var(--line);background:var(--soft);color:var(--text);border-radius:8px;padding:7px 14px;cursor:pointer;text-decoration:none;display:inline-block}
button:hover,.button:hover{border-color:var(--dim)}
button.primary{background:var(--accent);border-color:var(--accent);color:var(--accent-text)}
input,textarea,select{font:inherit;color:var(--text);background:var(--card);border:1px solid var(--line);border-radius:8px;padding:7px 10px;max-width:100%}
input[type=text],input[type=search],textarea{width:100%}
textarea{min-height:120px;resize:vertical}
label{display:block;font-weight:550;margin:0 0 4px}
.field{margin:0 0 12px}
.acting label{margin:0}
.row{display:flex;gap:10px;flex-wrap:wrap;align-items:center}
.spread{justify-content:space-between}
.list{list-style:none;margin:0;padding:0}
.list.card{margin:0 0 20px}
.list>li{padding:12px 16px;border-top:1px solid var(--line)}
.list>li:first-child{border-top:0}
.list .title{font-weight:600;color:var(--text);text-decoration:none;overflow-wrap:anywhere}
.list .title:hover{text-decoration:underline}
.list .meta{font-size:13px;color:var(--dim);margin-top:2px}
.state{display:inline-flex;align-items:center;vertical-align:-2px;gap:6px;font-size:13px;font-weight:600}
.state::before{content:"";width:10px;height:10px;border-radius:50%;border:2.5px solid currentColor;flex:none}
.state.open{color:var(--open)}
.state.closed{color:var(--closed)}
.state.closed::before{background:currentColor}
.label{display:inline-flex;align-items:center;gap:6px;font-size:12px;border:1px solid var(--line);border-radius:99px;padding:0 9px 0 7px;background:var(--card);color:var(--text);white-space:nowrap}
.label svg{flex:none}
.labels{display:inline-flex;gap:6px;flex-wrap:wrap;vertical-align:middle}
.search{flex-wrap:nowrap}
.tabs{display:flex;gap:16px}
.tabs a{color:var(--dim);text-decoration:none;padding:4px 0;border-bottom:2px solid transparent}
.tabs a[aria-current]{color:var(--text);border-color:var(--accent);font-weight:600}
.columns{display:grid;grid-template-columns:minmax(0,1fr) 280px;gap:20px;align-items:start}
@media (max-width:760px){.columns{grid-template-columns:minmax(0,1fr)}.acting{margin-left:0}}
.checks{border:0;margin:0 0 12px;padding:0}
.checks legend{padding:0;margin:0 0 6px}
.checks h2{margin:0}
.checks label{display:flex;gap:8px;align-items:center;font-weight:400;padding:3px 0}
.markdown{overflow-wrap:anywhere}
.markdown>:first-child{margin-top:0}
.markdown>:last-child{margin-bottom:0}
.markdown h4{margin:14px 0 4px;font-size:15px}
.markdown code{background:var(--soft);border-radius:5px;padding:1px 5px;font:13px ui-monospace,SFMono-Regular,Menlo,monospace}
.markdown pre{background:var(--soft);border-radius:8px;padding:12px;overflow-x:auto}
.markdown pre code{padding:0;background:none}
.markdown table{border-collapse:collapse;font-variant-numeric:tabular-nums}
.markdown td{border:1px solid var(--line);padding:4px 10px}
.markdown blockquote{margin:0 0 10px;padding:2px 12px;border-left:3px solid var(--line);color:var(--dim)}
.markdown .task{list-style:none;margin-left:-18px}
.by{display:flex;gap:8px;align-items:center;font-size:13px;color:var(--dim);margin:0 0 10px}
.avatar{border-radius:50%;flex:none}
.notice{border-left:4px solid var(--danger)}
summary{cursor:pointer;font-weight:600}
.narrow{max-width:560px;margin:0 auto}
.narrow h1{margin-bottom:8px}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.people{list-style:none;margin:0;padding:0}
.people li{position:relative;display:flex;gap:12px;align-items:center;padding:10px 12px;border:1px solid var(--line);border-radius:10px;margin:0 0 8px;background:var(--card)}
.people li:hover{border-color:var(--accent)}
.people button{font-weight:500;white-space:nowrap;margin-left:auto;background:none;border:0;color:var(--accent);padding:6px 4px;text-align:right}
.people button::after{content:"";position:absolute;inset:0;border-radius:10px}
.people button:focus-visible{outline:none}
.people button:focus-visible::after{outline:2px solid var(--accent);outline-offset:2px}
.people small{display:block;color:var(--dim);font-size:13px;overflow-wrap:anywhere}
.card .checks:last-child{margin-bottom:0}
.people div{flex:1;min-width:0}
.people button{flex:none}
@media (max-width:520px){.brand .tag{display:none}.people li{flex-wrap:wrap}.people div{min-width:70%}.people button{margin-left:48px;padding:0 4px;text-align:left}}
.pages{display:flex;justify-content:space-between;margin-top:12px}
`;
