"""A customer's desktop that looks like one: a background, an accounting program with its error, a folder.

Run as a program (`python -m sessions.tests.e2e.scenery en|ja`). For pictures in the documents only; names are invented.
"""

import sys
import tkinter as tk
from tkinter import ttk

FONT = "Noto Sans CJK JP"
PROGRAM = "Ledgerly"  # the class of its windows, by which a Support Manager names them
WORDS = {
    "en": {
        "title": "Ledgerly 8.2 – Lindqvist Keramik AB",
        "side": ["Overview", "Customers", "Invoices", "Payments", "Bank", "Reports"],
        "head": "Invoices",
        "sub": "November 2026 · 23 invoices · SEK 184 320.00",
        "columns": ["No.", "Customer", "Date", "State", "Amount"],
        "states": {"draft": "Draft", "sent": "Sent", "paid": "Paid", "late": "Overdue"},
        "new": "New invoice",
        "pdf": "Save as PDF",
        "error": "The PDF could not be saved.",
        "why": "You may not write in this folder:",
        "choose": "Choose a folder",
        "close": "Close",
        "icons": ["Invoices", "Price list", "Ledgerly"],
    },
    "ja": {
        "title": "レジャリー 8.2 – リンドクビスト陶器",
        "side": ["概要", "取引先", "請求書", "入金", "銀行", "帳票"],
        "head": "請求書",
        "sub": "2026年11月 · 23件 · 184,320.00",
        "columns": ["番号", "取引先", "日付", "状態", "金額"],
        "states": {"draft": "下書き", "sent": "送付済み", "paid": "入金済み", "late": "期限超過"},
        "new": "新しい請求書",
        "pdf": "PDFで保存",
        "error": "PDFを保存できませんでした。",
        "why": "このフォルダーには書き込めません:",
        "choose": "フォルダーを選ぶ",
        "close": "閉じる",
        "icons": ["請求書", "価格表", "レジャリー"],
    },
}
ROWS = [
    ("10482", "Galleri Norrsken", "11-20", "draft", "12 480.00"),
    ("10481", "Café Älven", "11-19", "sent", "3 960.00"),
    ("10480", "Hotell Skeppsbron", "11-19", "paid", "41 200.00"),
    ("10479", "Blomsterboden", "11-18", "paid", "2 150.00"),
    ("10478", "Tandvård Syd", "11-18", "sent", "9 400.00"),
    ("10477", "Verkstan i Lund", "11-17", "paid", "1 275.00"),
    ("10476", "Odla Handel", "11-16", "paid", "22 640.00"),
    ("10475", "Kafé Linné", "11-14", "paid", "3 020.00"),
    ("10474", "Bokens Vänner", "11-13", "paid", "6 180.00"),
    ("10473", "Restaurang Fyren", "11-13", "paid", "7 730.00"),
    ("10472", "Konsthallen", "11-12", "late", "18 900.00"),
    ("10471", "Söderbergs Bageri", "11-12", "late", "5 310.00"),
]
STATE_COLOURS = {"draft": "#8a5a00", "sent": "#17755e", "paid": "#17755e", "late": "#a5281b"}
BRAND, SIDE, LINE, TEXT, MUTED = "#17755e", "#f6f8f9", "#dde3e8", "#1c242c", "#66727e"


def _mix(first: tuple[int, int, int], second: tuple[int, int, int], share: float) -> str:
    return "#{:02x}{:02x}{:02x}".format(*(round(a + (b - a) * share) for a, b in zip(first, second, strict=True)))


def _background(root: tk.Tk, icons: list[str]) -> None:
    width, height = root.winfo_screenwidth(), root.winfo_screenheight()
    root.overrideredirect(True)
    root.geometry(f"{width}x{height}+0+0")
    canvas = tk.Canvas(root, width=width, height=height, highlightthickness=0)
    canvas.pack()
    for y in range(0, height, 2):
        canvas.create_rectangle(0, y, width, y + 2, fill=_mix((156, 195, 213), (47, 88, 118), y / height), width=0)
    for level, colour in ((0.72, "#44718f"), (0.82, "#2b5470"), (0.9, "#1d415a")):
        hill = [0, height]
        for step in range(9):
            hill += [width * step // 8, int(height * (level + (0.05 if step % 2 else -0.03)))]
        canvas.create_polygon(*hill, width, height, fill=colour, smooth=True)
    for place, name in enumerate(icons):
        x, y = 52, 56 + place * 92
        canvas.create_rectangle(x - 20, y - 18, x + 20, y + 18, fill=("#f2c75c", "#ffffff", BRAND)[place], width=0)
        canvas.create_text(x, y + 32, text=name, fill="white", font=(FONT, 10))
    canvas.create_rectangle(0, height - 40, width, height, fill="#16222d", width=0)
    canvas.create_text(width - 16, height - 20, text="10:42   2026-11-23", fill="white", anchor="e", font=(FONT, 10))
    for place, colour in enumerate(("#5db4f0", "#f2c75c", BRAND, "#e8eef2")):
        left = width // 2 - 90 + place * 46
        canvas.create_rectangle(left, height - 31, left + 24, height - 9, fill=colour, width=0)
    root.lower()


def _button(parent: tk.Misc, text: str, *, main: bool = False) -> tk.Label:
    colours = {"background": BRAND, "foreground": "white"} if main else {"background": "white", "foreground": TEXT}
    return tk.Label(
        parent, text=text, font=(FONT, 10), padx=12, pady=6, relief="solid", borderwidth=0 if main else 1, **colours
    )


def _ledger(root: tk.Tk, words: dict[str, object]) -> tk.Toplevel:
    window = tk.Toplevel(root, background="white", class_=PROGRAM)
    window.title(str(words["title"]))
    window.geometry("980x560+130+76")
    side = tk.Frame(window, background=SIDE, width=150)
    side.pack(side="left", fill="y")
    side.pack_propagate(False)
    for place, name in enumerate(words["side"]):  # type: ignore[arg-type,var-annotated]
        chosen = place == 2
        tk.Label(
            side, text=name, anchor="w", padx=14, pady=6, font=(FONT, 11, "bold" if chosen else "normal"),
            background="#d9efe8" if chosen else SIDE, foreground="#0d5a47" if chosen else "#3b4651",
        ).pack(fill="x", padx=6, pady=1)  # fmt: skip
    main = tk.Frame(window, background="white", padx=18, pady=12)
    main.pack(side="left", fill="both", expand=True)
    top = tk.Frame(main, background="white")
    top.pack(fill="x")
    tk.Label(top, text=words["head"], font=(FONT, 17, "bold"), background="white", foreground=TEXT).pack(side="left")
    _button(top, str(words["new"]), main=True).pack(side="right")
    _button(top, str(words["pdf"])).pack(side="right", padx=8)
    tk.Label(main, text=words["sub"], font=(FONT, 10), background="white", foreground=MUTED, anchor="w").pack(fill="x")
    _table(main, words)
    return window


def _table(main: tk.Frame, words: dict[str, object]) -> None:
    style = ttk.Style()
    style.theme_use("clam")
    style.configure(
        "Treeview", font=(FONT, 10), rowheight=30, borderwidth=0, fieldbackground="white", background="white"
    )
    style.configure("Treeview.Heading", font=(FONT, 9), background="white", foreground=MUTED, relief="flat")
    names = ("no", "customer", "date", "state", "amount")
    table = ttk.Treeview(main, columns=names, show="headings", height=len(ROWS))
    for name, title, width in zip(names, words["columns"], (70, 280, 100, 110, 120), strict=True):  # type: ignore[call-overload]
        side = "e" if name == "amount" else "w"
        table.heading(name, text=title, anchor=side)
        table.column(name, width=width, anchor=side)
    states: dict[str, str] = words["states"]  # type: ignore[assignment]
    for place, row in enumerate(ROWS):
        table.insert("", "end", values=(*row[:3], states[row[3]], row[4]), tags=(row[3], "first" if place == 0 else ""))
    for state, colour in STATE_COLOURS.items():
        table.tag_configure(state, foreground=colour if state == "late" else TEXT)
    table.tag_configure("first", background="#e9f5f1")
    table.pack(fill="both", expand=True, pady=(10, 0))


def _error(window: tk.Toplevel, words: dict[str, object]) -> None:
    dialog = tk.Toplevel(window, background="white", padx=18, pady=14, class_=PROGRAM)
    dialog.transient(window)
    dialog.title(str(words["pdf"]))
    dialog.geometry("+440+320")
    sign = tk.Canvas(dialog, width=44, height=44, background="white", highlightthickness=0)
    sign.create_oval(2, 2, 42, 42, fill="#fbe3e0", width=0)
    sign.create_text(22, 22, text="!", fill="#a5281b", font=(FONT, 20, "bold"))
    sign.grid(row=0, column=0, rowspan=3, padx=(0, 14), sticky="n")
    tk.Label(dialog, text=words["error"], font=(FONT, 13, "bold"), background="white").grid(row=0, column=1, sticky="w")
    tk.Label(dialog, text=words["why"], font=(FONT, 10), background="white").grid(row=1, column=1, sticky="w")
    path = tk.Label(dialog, text="/srv/backup/invoices/2026-11", font=("DejaVu Sans Mono", 10), background="white")
    path.grid(row=2, column=1, sticky="w")
    buttons = tk.Frame(dialog, background="white")
    buttons.grid(row=3, column=1, sticky="e", pady=(14, 0))
    _button(buttons, str(words["choose"]), main=True).pack(side="left", padx=8)
    _button(buttons, str(words["close"])).pack(side="left")


def main(language: str) -> None:
    """Show the desktop until the display goes."""
    words: dict[str, object] = WORDS[language]  # type: ignore[assignment]
    root = tk.Tk()
    _background(root, words["icons"])  # type: ignore[arg-type]
    window = _ledger(root, words)
    root.after(600, lambda: _error(window, words))
    root.mainloop()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "en")
