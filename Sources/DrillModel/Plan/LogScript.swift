/// The scripts that read what is new in a log, and nothing else on the host.
///
/// Each look runs one over the connection that is kept: told on standard input how far the last look
/// got, it prints what came since. So nothing is left running on the host, a look says what was in the
/// log at an instant between its *sent* and its *done*, and after SSH was gone it goes on where it had
/// stopped, without a line missing.
///
/// ```
///  in:   ID FROM                             a line a file that is followed; at the first look none
///  out:  drill-log KIND ID FROM COUNT LEFT   and COUNT bytes right behind it; again for each piece
///        drill-log end - 0 0 0
/// ```
/// `ID` is device and inode. A file that was rotated away is read to its end by its inode, for as long
/// as it is asked for: its writer may not know yet. `LEFT` bytes more were there than are printed.
package enum LogScript {
    /// Kinds of pieces.
    package enum Kind: String, Sendable {
        /// The first look: the file is followed from its end.
        case start
        /// What came to the file that was there before.
        case more
        /// What came to one that has another place now.
        case old
        /// A file that wasn't there before, from its beginning.
        case new
        /// A followed file is gone, or shorter than it was: what was last in it is not known.
        case lost
        /// No file is there.
        case none
        case end
    }

    /// The most bytes of one file that a look reads.
    package static let pieceBytesMax = 512 * 1024

    package static func command(_ look: LogLook) -> Command {
        switch look.source {
        case .file(let path):
            .script(
                Text(file),
                name: "drill-log",
                [path, Text("\(pieceBytesMax)")],
                sudo: look.sudo
            )
        case .journal(let unit):
            .script(Text(journal), name: "drill-log", [Text(unit)], sudo: look.sudo)
        }
    }

    private static let file = #"""
        LC_ALL=C; export LC_ALL
        file=$1 most=$2 first=yes at=new id=none size=0
        if [ -e "$file" ]; then
          exec 3<"$file" || exit 1
          found=$(stat -Lc '%d:%i %s' /dev/fd/3) || exit 1
          id=${found% *} size=${found#* }
        fi
        say() {
          count=$(($4 - $3)) left=0
          if [ "$count" -gt "$most" ]; then left=$((count - most)) count=$most; fi
          echo "drill-log $1 $2 $3 $count $left"
          [ "$count" = 0 ] || tail -c "+$(($3 + 1))" | head -c "$count"
        }
        while read -r old from; do
          first=
          if [ "$old" = "$id" ]; then at=$from; continue; fi
          [ "$old" != none ] || continue
          path=$(find "$(dirname -- "$file")" -maxdepth 1 -type f -inum "${old#*:}" 2>/dev/null | head -n 1)
          length=$(stat -Lc %s "$path" 2>/dev/null)
          if [ -z "$length" ] || [ "$length" -lt "$from" ]; then echo "drill-log lost $old 0 0 0"
          else say old "$old" "$from" "$length" <"$path"
          fi
        done
        if [ $id = none ]; then echo 'drill-log none none 0 0 0'
        elif [ -n "$first" ]; then echo "drill-log start $id $size 0 0"
        elif [ "$at" = new ]; then say new "$id" 0 "$size" <&3
        elif [ "$size" -lt "$at" ]; then
          echo "drill-log lost $id 0 0 0"
          say new "$id" 0 "$size" <&3
        else say more "$id" "$at" "$size" <&3
        fi
        echo 'drill-log end - 0 0 0'
        """#

    /// Told the cursor of the last entry that was read, prints the unit's from that one on, as JSON.
    ///
    /// With `--after-cursor` journalctl (252) leaves out the first entry of the unit where the cursor is
    /// another's; whoever reads this drops the cursor's own.
    private static let journal = #"""
        LC_ALL=C; export LC_ALL
        read -r cursor
        # The whole journal's end: the unit may not have said anything yet.
        [ -n "$cursor" ] || exec journalctl --no-pager -n 1 -o json --output-fields=MESSAGE
        exec journalctl --no-pager --all -o json --output-fields=MESSAGE -u "$1" --cursor="$cursor"
        """#
}
