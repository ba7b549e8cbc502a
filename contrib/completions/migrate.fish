# fish completion for migrate(1).  Everything it knows it asks the program.

function __migrate_table
    migrate --dump-options 2>/dev/null
end

function __migrate_commands
    __migrate_table | awk -F '\t' '$1 == "command" { print $2 }'
end

complete -c migrate -f
for line in (__migrate_table)
    set -l f (string split \t -- $line)
    switch $f[1]
        case command
            complete -c migrate -d $f[4] -a $f[2] \
                -n "not __fish_seen_subcommand_from (__migrate_commands)"
        case option
            set -l when "__fish_seen_subcommand_from "(string replace -a , ' ' -- $f[5])
            switch $f[4]
                case -
                    complete -c migrate -l $f[2] -d $f[9] -n $when
                case 'FILE*' DIR
                    complete -c migrate -l $f[2] -d $f[9] -n $when -r -F
                case '*'
                    complete -c migrate -l $f[2] -d $f[9] -n $when -x \
                        -a (string replace -ra '[A-Z]+\|?|\|' ' ' -- $f[4])
            end
    end
end
