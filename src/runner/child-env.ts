/** Variables every engine may see: who and where the user is, their tools, proxies and certificates. */
const commonNames: readonly string[] = `
  PATH HOME USER LOGNAME SHELL LANG LANGUAGE LC_* TZ TERM COLORTERM NO_COLOR
  TMPDIR TMP TEMP XDG_* EDITOR VISUAL PAGER DISPLAY WAYLAND_DISPLAY
  SSH_AUTH_SOCK SSH_AGENT_PID GIT_* GNUPGHOME DBUS_SESSION_BUS_ADDRESS DOCKER_HOST
  HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy
  SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS REQUESTS_CA_BUNDLE CURL_CA_BUNDLE
  VIRTUAL_ENV CONDA_* PYENV_* NVM_* FNM_* VOLTA_HOME PNPM_HOME BUN_INSTALL ASDF_* MISE_*
  GOPATH GOROOT GOBIN CARGO_HOME RUSTUP_HOME RUSTUP_TOOLCHAIN JAVA_HOME ANDROID_HOME
`
  .trim()
  .split(/\s+/u);

/** Set while a bot is started from a git hook: they would send every git command of the engine to that repository. */
const gitHookNames: ReadonlySet<string> = new Set(["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"]);

/**
 * The environment of an engine's child: of `parent`, the common names and `allowedNames` (exact, or `PREFIX_*`), and nothing else.
 * Never `TAKOPI__*`, and never a variable whose value contains one of `secrets`, whatever its name.
 */
export function childEnvironment(
  parent: Readonly<Record<string, string | undefined>>,
  allowedNames: readonly string[],
  secrets: readonly string[] = [],
): Record<string, string> {
  const isAllowed = nameFilter([...commonNames, ...allowedNames]);
  const given = Object.entries(parent).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given.filter(([name, value]) => isAllowed(name) && !containsAny(value, secrets)));
}

function nameFilter(patterns: readonly string[]): (name: string) => boolean {
  const names = new Set(patterns);
  const prefixes = patterns.filter((pattern) => pattern.endsWith("*")).map((pattern) => pattern.slice(0, -1));
  return (name) => {
    if (name.startsWith("TAKOPI__") || gitHookNames.has(name)) return false;
    return names.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
  };
}

function containsAny(value: string, secrets: readonly string[]): boolean {
  return secrets.some((secret) => secret !== "" && value.includes(secret));
}
