# Completion of rung(1) for fish: rung itself says what fits (rung complete -- WORD ...).
function __rung_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    # What stands before a file's name in the same word: --output=
    set -l lead (string match -r -- '^--[^=]*=' $current; or echo '')
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    $program complete -- $words[2..-1] $current 2>/dev/null | while read -l line
        switch $line
            case \t'files'
                printf '%s\n' $lead(__fish_complete_path (string replace -- "$lead" '' $current))
            case \t'folders'
                printf '%s\n' $lead(__fish_complete_directories (string replace -- "$lead" '' $current))
            case '*'
                echo $line
        end
    end
end
complete -c rung -f -a '(__rung_complete)'
