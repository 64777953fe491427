const THEMES = ["system", "dark", "light"];

/** The user's settings on this page, kept by the browser. */
export const preferences = {
  theme: () => choice("takopi.theme", THEMES),
  nextTheme() {
    write("takopi.theme", THEMES[(THEMES.indexOf(preferences.theme()) + 1) % THEMES.length]);
    applyTheme();
  },
  sound: () => choice("takopi.sound", ["off", "on"]) === "on",
  setSound: (isOn) => write("takopi.sound", isOn ? "on" : "off"),
};

export function applyTheme() {
  const theme = preferences.theme();
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function choice(key, values) {
  try {
    const value = localStorage.getItem(key) ?? "";
    return values.includes(value) ? value : values[0];
  } catch {
    // The browser keeps nothing for this page: the default is then what counts.
    return values[0];
  }
}

function write(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // As above: the setting then lasts as long as nothing asks for it.
  }
}
