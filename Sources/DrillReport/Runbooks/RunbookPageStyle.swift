/// The style sheet of a runbook's page: read on a phone at night, and printed.
///
/// Colours as in `ReportStyle`.
enum RunbookPageStyle {
    static let css = """
        :root{color-scheme:light dark;--page:#fff;--ink:#1a1a1a;--soft:#595959;--line:#d0d0d0;--ground:#f4f4f2;--mark:#0072b2;--bad:#b34600}
        @media (prefers-color-scheme:dark){:root{--page:#161616;--ink:#ececec;--soft:#adadad;--line:#484848;--ground:#232323;--mark:#79c4f2;--bad:#ff9a52}}
        @media print{:root{color-scheme:light;--page:#fff;--ink:#000;--soft:#444;--line:#999;--ground:#f4f4f2;--mark:#000;--bad:#000}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
        main{max-width:60em;margin:0 auto;padding:16px 20px 48px}
        h1{font-size:1.5rem;line-height:1.3;margin:.2em 0}h2{font-size:1.1rem;margin:1.4em 0 .4em}
        h3{font-size:1rem;margin:1em 0 .3em}p,ul{margin:.35em 0;max-width:80ch}ul{padding-left:1.3em}
        .about{font-size:1.05rem}.facts,.what,footer{color:var(--soft);font-size:.9rem}
        .said{white-space:pre-line}
        .warning{border-left:5px solid var(--bad);padding-left:10px;font-weight:600}
        table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;vertical-align:top;padding:3px 12px 3px 0;border-bottom:1px solid var(--line)}
        thead th{color:var(--soft)}td:last-child{overflow-wrap:anywhere}tbody th,td:nth-child(-n+3){white-space:nowrap}
        code,pre{font:.88em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
        code{overflow-wrap:anywhere}
        pre{margin:.2em 0 .6em;padding:8px 10px;background:var(--ground);border-left:4px solid var(--mark);white-space:pre-wrap;overflow-wrap:anywhere;user-select:all;-webkit-user-select:all}
        .way{color:var(--soft)}
        .step{border-top:1px solid var(--line);padding:10px 0 8px}
        .step h3{display:flex;flex-wrap:wrap;gap:4px 16px;justify-content:space-between;align-items:baseline;margin:0;font-size:1.05rem}
        .step label{flex:1 1 20em}.step input{width:1.15em;height:1.15em;vertical-align:-.15em;margin:0 .35em 0 0}
        .number{color:var(--mark);font-weight:700;margin-right:.25em}
        .done{font-weight:400;font-size:.85rem;color:var(--soft)}
        .line{display:inline-block;border-bottom:1px solid var(--soft);min-width:7em;height:1em}.blank .line{min-width:14em}
        .label{margin-bottom:0}.depth-2{margin-left:1.6em}.depth-3{margin-left:3.2em}.depth-4{margin-left:4.8em}
        .depth-2,.depth-3,.depth-4{border-left:3px solid var(--line);padding-left:12px}
        footer{border-top:2px solid var(--line);margin-top:24px;padding-top:8px}.hash{overflow-wrap:anywhere}
        @media (max-width:640px){main{padding:10px 12px 32px}.depth-2,.depth-3,.depth-4{margin-left:0}
        table,tbody,tr,th,td{display:block;border:0;padding:0}thead{display:none}tr{border-bottom:1px solid var(--line);padding:4px 0}td:nth-child(-n+3){display:inline;margin-right:.8em}}
        @page{margin:14mm}
        @media print{body{font-size:10pt}main{max-width:none;padding:0}.step,tr,pre,.warning,footer{break-inside:avoid}
        h1,h2,h3,.label{break-after:avoid}.head{break-after:avoid}pre{border:1px solid var(--line);border-left-width:3px}a{color:inherit}}
        """
}
