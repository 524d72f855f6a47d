"""Who on the buses of a Linux desktop knows whether the screen is locked, and can lock it."""

SCREEN_SAVERS = (
    ("org.gnome.ScreenSaver", "/org/gnome/ScreenSaver"),
    ("org.cinnamon.ScreenSaver", "/org/cinnamon/ScreenSaver"),
    ("org.mate.ScreenSaver", "/org/mate/ScreenSaver"),
    ("org.xfce.ScreenSaver", "/org/xfce/ScreenSaver"),
    ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"),
    ("org.freedesktop.ScreenSaver", "/ScreenSaver"),
)
LOGIN, SESSION_PATH = "org.freedesktop.login1", "/org/freedesktop/login1/session/auto"
SESSION = "org.freedesktop.login1.Session"
