/// The scripts that read what is new in a log, and nothing else on the host.
///
/// Each look runs one over the connection that is kept: told on standard input how far the last look
/// got, it prints what came since. So nothing is left running on the host, a look says what was in the
/// log at an instant between its *sent* and its *done*, and after SSH was gone it goes on where it had
/// stopped, without a line missing.
///
/// ```
///  in:   ID FROM KNOWN                       a line a file that is followed; at the first look none
///  out:  drill-log KIND ID FROM COUNT LEFT   and COUNT bytes right behind it; again for each piece
///        drill-log end - 0 0 0
/// ```
/// `ID` is device and inode. A file that was rotated away is read to its end by its inode, for as long
/// as it is asked for: its writer may not know yet. `LEFT` bytes more were there than are printed.
///
/// Device and inode don't prove that it is the same file, with the same beginning: it may have been cut
/// short and have grown again, or its inode been given to another. So the last `KNOWN` bytes before the
/// place that was reached are read once more, from `FROM` on, for whoever follows it to compare.
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
        /// The files whose names begin with the log's own, each a line of `ID` and the second in which
        /// it was changed last.
        case beside
        case end
    }

    /// The most bytes of one file that a look reads.
    package static let pieceBytesMax = 512 * 1024
    /// The most bytes that are read once more: a line or two, with the time in it.
    package static let knownBytesMax = 256
    /// The most bytes of a journal that a look reads, and the most of one entry.
    package static let journalBytesMax = 1024 * 1024
    package static let entryBytesMax = 256 * 1024

    package static func command(_ look: LogLook) -> Command {
        switch look.source {
        case .file(let path):
            .script(
                Text(file),
                name: "drill-log",
                [path, Text("\(pieceBytesMax)"), Text("\(knownBytesMax)")],
                sudo: look.sudo
            )
        case .journal(let unit):
            .script(
                Text(journal),
                name: "drill-log",
                [Text(unit), Text("\(journalBytesMax)"), Text("\(entryBytesMax)")],
                sudo: look.sudo
            )
        }
    }

    private static let file = #"""
        LC_ALL=C; export LC_ALL
        file=$1 most=$2 known=$3 first=yes at=new id=none size=0
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
        beside=$(stat -Lc '%d:%i %Y' -- "$file"* 2>/dev/null)
        echo "drill-log beside - 0 ${#beside} 0"
        printf %s "$beside"
        while read -r old from sure; do
          first=
          if [ "$old" = "$id" ]; then at=$from; continue; fi
          [ "$old" != none ] || continue
          # Of an empty file nothing is known by which it could be told from another's.
          name='*'; [ "$sure" != 0 ] || name=${file##*/}*
          path=$(find "$(dirname -- "$file")" -maxdepth 1 -type f -inum "${old#*:}" -name "$name" 2>/dev/null |
            head -n 1)
          length=$(stat -Lc %s "$path" 2>/dev/null)
          if [ -z "$length" ] || [ "$length" -lt "$from" ]; then echo "drill-log lost $old 0 0 0"
          else say old "$old" "$from" "$length" <"$path"
          fi
        done
        if [ $id = none ]; then echo 'drill-log none none 0 0 0'
        elif [ -n "$first" ]; then say start "$id" "$((size > known ? size - known : 0))" "$size" <&3
        elif [ "$at" = new ]; then say new "$id" 0 "$size" <&3
        elif [ "$size" -lt "$at" ]; then
          echo "drill-log lost $id 0 0 0"
          say new "$id" 0 "$size" <&3
        else say more "$id" "$at" "$size" <&3
        fi
        echo 'drill-log end - 0 0 0'
        """#

    /// Told the cursor of the last entry that was read, prints the unit's from that one on, as JSON, and
    /// then how journalctl ended: without that, more is there than was printed.
    ///
    /// With `--after-cursor` journalctl (252) leaves out the first entry of the unit where the cursor is
    /// another's; whoever reads this drops the cursor's own. No entry is printed longer than a part of
    /// what a look reads, so that each look comes further.
    private static let journal = #"""
        LC_ALL=C; export LC_ALL
        read -r cursor
        {
          # The whole journal's end: the unit may not have said anything yet.
          if [ -z "$cursor" ]; then journalctl --no-pager -n 1 -o json --output-fields=MESSAGE
          else journalctl --no-pager --all -o json --output-fields=MESSAGE -u "$1" --cursor="$cursor"
          fi
          echo "drill-log end $?"
        } | cut -b "1-$3" | head -c "$2"
        """#
}
