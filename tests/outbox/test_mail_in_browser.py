"""Every kind of mail in a real browser: nothing is cut at 320 pixels, everything can be read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from notifications import letters
from notifications.samples import TASK
from outbox.mail.drafts import Mail, MailDraft
from outbox.mail.letters import Note
from outbox.mail.samples import all_samples
from tests.support.browser import Window

pytestmark = pytest.mark.debian

LEAST_CONTRAST = 4.5
"""Of text on its background (WCAG 2.2, AA)."""
HARD = f"""\
{"Donaudampfschifffahrt" * 20}

`{"x" * 400}`

```
{"preformatted and long " * 20}
```

| {" | ".join(f"column {n}" for n in range(12))} |
|{" --- |" * 12}
| {" | ".join("somethinglongish" for _ in range(12))} |

# A heading

> a quotation with a [link](https://x.example/{"y" * 300})
"""
# Each visible text with its colour and that of the nearest background that is not transparent.
TEXTS = """
(() => {
    const luminance = colour => {
        const parts = colour.match(/[0-9.]+/g).slice(0, 3).map(part => part / 255)
            .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }
    const ground = element => {
        for (; element; element = element.parentElement) {
            const colour = getComputedStyle(element).backgroundColor
            if (!/, 0\\)$/.test(colour)) return colour
        }
        throw 'a text without a background: forced dark modes would change only its colour'
    }
    const found = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement
        if (!walker.currentNode.data.trim() || !element.getClientRects().length) continue
        const pair = [getComputedStyle(element).color, ground(element)]
        const [dark, light] = pair.map(luminance).sort((one, other) => one - other)
        const contrast = (light + 0.05) / (dark + 0.05)
        found.push([walker.currentNode.data.trim().slice(0, 30), ...pair, contrast])
    }
    return found
})()
"""
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


def hard() -> Mail:
    """Long words, a wide table, and a note below."""
    about = letters.AboutTask(
        key="ENGINEERIN-123456",
        title="Supercalifragilisticexpialidocious" * 4,
        project="Projectnamewithoutanyspaces" * 4,
        workspace="Workspacename" * 8,
        link="https://app.example.com/workspace/1/projects/1/tasks/1",
        due=TASK.due,
        description=HARD,
        has_links=True,
    )
    draft = MailDraft(to="max@example.com", letter=letters.task_assigned(about, giver="Mira" * 30))
    note = Note(before="You do not? ", words="Leave it", after=", and", link="https://x.example")
    return draft.render().with_note(note, headers={}, secret="x.example")


MAILS = {
    **{f"{each.kind} {each.title}".strip(): each.draft().render for each in all_samples()},
    "hard": hard,
}


def test_every_kind_can_be_read(new_window: Callable[[str], Window], tmp_path: Path) -> None:
    for name, mail in MAILS.items():
        file = tmp_path / f"{len(name)}-{hash(name)}.html"
        file.write_text(mail().html)
        window = new_window(file.as_uri())
        for width in (320, 600):
            size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": True}
            window.tell("Emulation.setDeviceMetricsOverride", **size)
            for scheme in ("light", "dark"):
                features = [{"name": "prefers-color-scheme", "value": scheme}]
                window.tell("Emulation.setEmulatedMedia", features=features)
                needed, given = window.value(WIDTHS)
                assert (needed, given) == (width, width), f"{name} is too wide"
                texts = window.value(TEXTS)
                assert len(texts) >= 4
                faint = [text for text in texts if text[-1] < LEAST_CONTRAST]
                assert faint == [], f"{name} on a {scheme} screen"
        window.tell("Page.close")
