/// The report's style sheet.
///
/// Colours are those of Okabe and Ito ("Color Universal Design", 2008), darkened for text on white and
/// lightened on black until the contrast is at least 4.5 to 1 (WCAG 2.2, 1.4.3).
enum ReportStyle {
    static let css = """
        :root{color-scheme:light dark;--page:#fff;--ink:#1a1a1a;--soft:#595959;--line:#d9d9d9;--ground:#f5f5f4;
        --good:#00664b;--bad:#b34600;--odd:#8a5a00;--mark:#0072b2;
        --up:#009e73;--down:#d55e00;--down-2:#8f3f00;--mixed:#e69f00;--mixed-2:#8a5f00;--fired:#0072b2;--shade:rgba(204,121,167,.16);
        --edge:#a04e7d;--band:rgba(86,180,233,.55);--median:#004c78;--limit:#1a1a1a}
        @media (prefers-color-scheme:dark){:root{--page:#161616;--ink:#ececec;--soft:#adadad;--line:#404040;
        --ground:#222;--good:#3fd0a4;--bad:#ff9a52;--odd:#f3be4a;--mark:#79c4f2;
        --up:#12b886;--down:#e8742a;--down-2:#7a3300;--mixed:#e69f00;--mixed-2:#6b4a00;--fired:#56b4e9;
        --shade:rgba(204,121,167,.22);--edge:#dc9cc1;--band:rgba(86,180,233,.42);--median:#d6efff;--limit:#ececec}}
        @media print{:root{color-scheme:light;--page:#fff;--ink:#000;--soft:#4a4a4a;--line:#c8c8c8;--ground:#f5f5f4;
        --good:#00664b;--bad:#b34600;--odd:#8a5a00;--mark:#0072b2;--up:#009e73;--down:#d55e00;--down-2:#8f3f00;
        --mixed:#e69f00;--mixed-2:#8a5f00;--fired:#0072b2;--shade:rgba(204,121,167,.16);--edge:#a04e7d;
        --band:rgba(86,180,233,.55);--median:#004c78;--limit:#000}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--page);color:var(--ink);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;
        font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
        main{max-width:1120px;margin:0 auto;padding:16px 24px 48px}
        h1{font-size:1.3rem;line-height:1.35;margin:.15em 0 .3em;font-weight:600;max-width:56em}
        h2{font-size:1.08rem;margin:0 0 .4em}h3{font-size:.98rem;margin:.9em 0 .35em;max-width:84ch}
        p,ul{max-width:84ch;margin:.35em 0}ul{padding-left:1.3em}
        section{margin:26px 0 0}section.first{margin:14px 0 0}section.first h2{font-size:.78rem;letter-spacing:.06em;text-transform:uppercase;color:var(--soft);margin:0 0 .15em}
        .defs{position:absolute}
        .verdict{border-left:8px solid var(--line);padding:2px 0 2px 14px}
        .verdict .name{margin:0;font-weight:600}.verdict .name span{color:var(--soft);font-weight:400;margin-left:.6em;font-size:.9em}
        .verdict .word{text-transform:uppercase;letter-spacing:.03em;margin-right:.35em}
        .verdict.is-passed{border-color:var(--up)}.verdict.is-passed .word{color:var(--good)}
        .verdict.is-failed,.verdict.is-not-restored,.verdict.is-error,.verdict.is-stopped{border-color:var(--down)}
        .verdict.is-failed .word,.verdict.is-not-restored .word,.verdict.is-error .word,.verdict.is-stopped .word{color:var(--bad)}
        .verdict.is-inconclusive,.verdict.is-not-started{border-color:var(--mixed);border-left-style:double}
        .verdict.is-inconclusive .word,.verdict.is-not-started .word{color:var(--odd)}
        .facts{color:var(--soft);font-size:.9rem;max-width:none}.facts b{color:var(--ink);font-weight:600}.facts code{overflow-wrap:anywhere}
        .dot{padding:0 .15em}.rest,.small,.key{color:var(--soft)}.small,.key{font-size:.85rem}
        .rest{font-weight:400}
        .figures .noted>*{border-bottom:0}.figures .note td{color:var(--soft);font-size:.85rem;padding:0 0 3px 14px}
        .data{font-size:1.02rem;max-width:none}
        .chip{white-space:nowrap;font-weight:600}.is-passed.chip{color:var(--good)}.is-failed.chip{color:var(--bad)}
        .is-inconclusive.chip{color:var(--odd)}.is-none.chip{color:var(--soft);font-weight:400}
        .phases{font-size:1.02rem;max-width:none}
        table{border-collapse:collapse;width:100%;font-size:.92rem;margin:.3em 0}
        th,td{text-align:left;vertical-align:top;padding:3px 10px 3px 0;border-bottom:1px solid var(--line);overflow-wrap:break-word}
        thead th{color:var(--soft);font-weight:600;font-size:.85rem;border-bottom-color:var(--soft);vertical-align:bottom}
        td.n,th.n{text-align:right;white-space:nowrap;padding-right:16px}
        .figures th[scope=row]{font-weight:600}.figures .wide{white-space:normal}.figures .wide span{white-space:nowrap}.figures .bar svg{width:150px;height:18px;display:block}
        .figures td,.figures th{padding-top:2px;padding-bottom:2px}.figures .n{padding-right:11px}
        .track{stroke:var(--line);stroke-width:3}.spent{fill:var(--soft);opacity:.55}.limit{stroke:var(--limit);stroke-width:2}
        .interval{fill:var(--mark)}.interval.is-passed{fill:var(--up)}.interval.is-failed{fill:url(#hatch)}
        .interval.is-inconclusive{fill:url(#dots)}.best{stroke:var(--limit);stroke-width:1}.arrow{fill:var(--mark)}
        .matrices{display:flex;flex-wrap:wrap;gap:4px 26px;align-items:flex-start}.matrix{width:auto;font-size:.82rem}.matrix caption{text-align:left;font-weight:600;font-size:.85rem}
        .matrix th,.matrix td{padding:1px 2px;min-width:1.5em;text-align:center;border:0}.matrix tbody th,.matrix thead th:first-child{text-align:left;font-weight:400;white-space:nowrap;padding-left:0}
        .matrix .self{color:var(--soft)}.matrix .changed{box-shadow:inset 0 0 0 1px var(--bad);color:var(--bad);font-weight:600}
        code,pre{font:.9em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
        .commands td{font-size:.88rem;overflow-wrap:anywhere}.commands td:nth-child(-n+4){overflow-wrap:normal}.run td:nth-child(4),.planned td:first-child{white-space:nowrap}.planned td:nth-child(n+2){overflow-wrap:anywhere}.commands code{white-space:pre-wrap}.out{color:var(--soft)}
        figure{margin:0;overflow-x:auto}figcaption h3{margin:.2em 0 .3em}
        figure>svg{display:block;width:100%;min-width:620px;height:auto;font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif}
        svg text{fill:var(--ink)}svg .axis{fill:var(--soft)}.row{font-size:12px}
        .axis-line,.tick{stroke:var(--soft);fill:none}.grid{stroke:var(--line);fill:none}
        .fault{fill:var(--shade)}.fault-edge{stroke:var(--edge);stroke-dasharray:2 3;fill:none}svg .fault-name{fill:var(--edge);font-size:11px;paint-order:stroke;stroke:var(--page);stroke-width:4px}
        .zero{stroke:var(--ink);stroke-width:1.5;fill:none}svg .zero-name{font-weight:600}
        .phase{stroke:var(--soft);stroke-width:.8}.phase-0{fill:var(--ground)}.phase-1{fill:var(--line)}svg .phase-name{font-size:10.5px}
        .budget{stroke:var(--limit);stroke-dasharray:6 3;fill:none}svg .budget-name{font-size:11px;paint-order:stroke;stroke:var(--page);stroke-width:3px}
        .up{fill:var(--up)}.down{fill:url(#hatch)}.mixed{fill:url(#dots)}.fired{fill:var(--fired)}.quiet{fill:var(--soft)}
        .blind{fill:none;stroke:var(--soft);stroke-dasharray:2 2}.unsent{fill:none;stroke:var(--soft)}
        .hatch-ground{fill:var(--down)}.hatch-line{stroke:var(--down-2);stroke-width:3}
        .dots-ground{fill:var(--mixed)}.dots-dot{fill:var(--mixed-2)}
        .band{fill:var(--band)}.median{stroke:var(--median);stroke-width:1.4;fill:none}
        .lane{stroke:var(--down);stroke-width:2;fill:none}.mark{stroke:var(--ink);stroke-width:1.2;fill:var(--page)}
        .key svg{width:18px;height:14px;vertical-align:-2px;margin-left:.7em}.key svg:first-child{margin-left:0}
        details,.paper{margin:.3em 0 22px}summary{cursor:pointer;color:var(--mark);font-size:.9rem}
        details table,.paper table{width:auto;min-width:50%}.paper{display:none;font-size:.9rem}
        @media (max-width:900px){.figures .bar svg{width:96px}}
        @media screen{section{overflow-x:auto;background:linear-gradient(90deg,var(--page) 40%,transparent) 0 0/40px 100% no-repeat local,\
        linear-gradient(270deg,var(--page) 40%,transparent) 100% 0/40px 100% no-repeat local,\
        linear-gradient(90deg,var(--line),transparent) 0 0/14px 100% no-repeat,linear-gradient(270deg,var(--line),transparent) 100% 0/14px 100% no-repeat}}
        @media (max-width:680px){main{padding:12px}.figures,.figures tbody{display:block}.figures thead,.figures td.bar{display:none}
        .figures tr{display:flex;flex-wrap:wrap;gap:0 14px;padding:4px 0;border-bottom:1px solid var(--line)}.figures tr.noted{border:0;padding-bottom:0}
        .figures td,.figures th{border:0;padding:0}.figures th[scope=row]{flex:0 0 auto}.figures td[data-name]::before{content:attr(data-name) " ";color:var(--soft);font-weight:400}}
        @page{margin:14mm}
        @media print{body{font-size:9.5pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}main{max-width:none;padding:0}.figures .bar svg{width:96px}
        figure,.verdict,tr{break-inside:avoid}h2,h3,figcaption{break-after:avoid}figure{overflow:visible}
        figure>svg{min-width:0}thead{display:table-header-group}details:not([open]){display:none}.paper{display:block}details[open]+.paper{display:none}
        .paper table{font-size:.85rem}.paper td,.paper th{padding-top:1px;padding-bottom:1px}}
        """
}
