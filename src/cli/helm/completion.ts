import { type Command, CommandError, defineCommand } from "../command.ts";
import { takesNoArguments } from "./arguments.ts";
import { globalFlags } from "./global-flags.ts";

const flags = {
  ...globalFlags,
  "no-descriptions": { type: "boolean", help: "disable completion descriptions" },
} as const;

/** `helm completion SHELL`: a script that asks this program what could come next, for a link called helm or for cox itself. */
export const bash = forShell("bash", bashScript);
export const fish = forShell("fish", fishScript);
export const zsh = forShell("zsh", zshScript);

/** `helm completion powershell`: refused. */
export const powershell = defineCommand({
  name: "powershell",
  usage: "helm completion powershell [flags]",
  summary: "generate autocompletion script for powershell",
  flags,
  run: async () => {
    throw new CommandError("completion for powershell is not available here: use bash, fish or zsh");
  },
});

interface Script {
  /** What is typed. */
  readonly program: string;
  /** What is asked. */
  readonly question: "__complete" | "__completeNoDesc";
}

function forShell(shell: string, script: (given: Script) => string): Command<typeof flags> {
  const usage = `helm completion ${shell} [flags]`;
  return defineCommand({
    name: shell,
    usage,
    summary: `generate autocompletion script for ${shell}`,
    flags,
    checkArgs: takesNoArguments(usage),
    run: async ({ flags, io }) => {
      const program = io.env.COX_INVOKED_AS === "helm" ? "helm" : "cox";
      io.stdout(script({ program, question: flags["no-descriptions"] ? "__completeNoDesc" : "__complete" }));
      return 0;
    },
  });
}

/** One candidate is put there as it is; of several the descriptions are shown beside them. */
function bashScript({ program, question }: Script): string {
  return `# Completion of ${program} for bash: source <(${program === "cox" ? "cox helm" : "helm"} completion bash)
_${program}_complete() {
  local answer directive line word words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  answer=$("\${COMP_WORDS[0]}" ${question} "\${words[@]}" 2>/dev/null) || return
  directive=\${answer##*:}
  COMPREPLY=()
  while IFS= read -r line; do
    [[ $line == :* ]] || COMPREPLY+=("$line")
  done <<<"$answer"
  if ((\${#COMPREPLY[@]} == 1)) || ((COMP_TYPE == 37)); then
    COMPREPLY=("\${COMPREPLY[@]%%$'\\t'*}")
  else
    for word in "\${!COMPREPLY[@]}"; do
      line=\${COMPREPLY[word]}
      [[ $line != *$'\\t'* ]] || COMPREPLY[word]="\${line%%$'\\t'*}  (\${line#*$'\\t'})"
    done
  fi
  ((directive != 4)) || compopt +o default
}
complete -o default -o nosort -F _${program}_complete ${program}
`;
}

function zshScript({ program, question }: Script): string {
  return `#compdef ${program}
# Completion of ${program} for zsh: source <(${program === "cox" ? "cox helm" : "helm"} completion zsh)
_${program}() {
  local -a lines found
  local line word
  lines=("\${(@f)$("\${words[1]}" ${question} "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "\${(@)lines[1,-2]}"; do
    word=\${line%%$'\\t'*}
    found+=("\${word//:/\\\\:}\${\${line#$word}/#$'\\t'/:}")
  done
  if ((\${#found})); then
    _describe -V ${program} found
  elif [[ \${lines[-1]} != :4 ]]; then
    _files
  fi
}
if [[ $funcstack[1] == _${program} ]]; then _${program} "$@"; else compdef _${program} ${program}; fi
`;
}

function fishScript({ program, question }: Script): string {
  return `# Completion of ${program} for fish: ${program === "cox" ? "cox helm" : "helm"} completion fish | source
function __${program}_complete
    set -l words (commandline -opc)
    set -l begun (commandline -ct)
    set -l answer ($words[1] ${question} $words[2..-1] "$begun" 2>/dev/null)
    if test (count $answer) -gt 1
        printf '%s\\n' $answer[1..-2]
    else if test "$answer[1]" != :4
        __fish_complete_path "$begun"
    end
end
complete -c ${program} -e
complete -c ${program} -f -a '(__${program}_complete)'
`;
}
