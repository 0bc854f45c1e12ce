/** `jackdaw completion SHELL`: what a person puts into the start-up file of the shell. It asks `jackdaw complete` at every tab. */
import { ClusterError } from '../../../cluster/brokers.ts'
import type { Machine } from '../../machine.ts'
import { toolNames } from '../../tools.ts'
import { shellWord, thisCommand } from '../shell-word.ts'

export const shells = ['bash', 'zsh', 'fish'] as const

export function completion({ stdout }: Machine, shell: string): void {
  const known = shells.find((each) => each === shell)
  if (known === undefined) {
    throw new ClusterError(`completion is there for ${shells.join(', ')}, not for "${shell}"`)
  }
  const ask = `${thisCommand().map(shellWord).join(' ')} complete --`
  const names = ['jackdaw', ...toolNames.flatMap((tool) => [tool, `jackdaw-${tool}`])]
  stdout.write(scripts[known](ask, names.join(' ')))
}

const scripts: Record<(typeof shells)[number], (ask: string, names: string) => string> = {
  // Bash breaks words at "=" and ":" as well; what lies before the break must not be written again.
  bash: (ask, names) => `# eval "$(jackdaw completion bash)"
_jackdaw() {
  local line=\${COMP_LINE:0:COMP_POINT} words candidate word tail
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  word=\${words[\${#words[@]}-1]}
  tail=\${COMP_WORDS[COMP_CWORD]}
  [[ $tail == '=' || $tail == ':' ]] && tail=''
  COMPREPLY=()
  while IFS=$'\\t' read -r candidate _; do
    if [[ $candidate == :file ]]; then
      compopt -o default
      return
    fi
    COMPREPLY+=("\${candidate#"\${word%"$tail"}"}")
  done < <(${ask} "\${words[@]}" 2> /dev/null)
}
complete -F _jackdaw ${names}
`,
  zsh: (ask, names) => `# eval "$(jackdaw completion zsh)"
_jackdaw() {
  local -a found
  local line
  for line in "\${(@f)$(${ask} "\${(@)words[1,CURRENT]}" 2> /dev/null)}"; do
    if [[ $line == :file ]]; then
      _files
      return
    fi
    [[ -z $line ]] && continue
    if [[ $line == *$'\\t'* ]]; then
      found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    else
      found+=("\${line//:/\\\\:}")
    fi
  done
  _describe jackdaw found
}
compdef _jackdaw ${names}
`,
  fish: (ask, names) => `# jackdaw completion fish | source
function __jackdaw
  for line in (${ask} (commandline -opc) (commandline -ct) 2> /dev/null)
    if test "$line" = :file
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
for name in ${names}
  complete -c $name -f -a '(__jackdaw)'
end
`,
}
