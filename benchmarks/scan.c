/* The limit of reading a session: its rows by the index, each column fetched, nothing kept.
 *
 *     scan LOG SESSION
 *
 * Prints seconds and rows. What a program in C would take at the least to have seen the columns. */
#include <sqlite3.h>
#include <stdio.h>
#include <time.h>

static double now(void) {
    struct timespec moment;
    clock_gettime(CLOCK_MONOTONIC, &moment);
    return moment.tv_sec + moment.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
    sqlite3 *log;
    sqlite3_stmt *rows;
    long read = 0, sum = 0;
    double began = now();
    if (count != 3 || sqlite3_open_v2(arguments[1], &log, SQLITE_OPEN_READONLY, NULL)) return 2;
    if (sqlite3_prepare_v2(log,
            "SELECT rowid, occurred_at, event_type, actor_id, object_ref_type, object_ref_id,"
            " payload FROM events WHERE session_id = ? ORDER BY occurred_at",
            -1, &rows, NULL)) return 2;
    sqlite3_bind_text(rows, 1, arguments[2], -1, SQLITE_STATIC);
    while (sqlite3_step(rows) == SQLITE_ROW) {
        sum += sqlite3_column_int64(rows, 0);
        for (int column = 1; column < 7; column++) {
            const unsigned char *text = sqlite3_column_text(rows, column);
            sum += text ? text[0] + sqlite3_column_bytes(rows, column) : 0;
        }
        read++;
    }
    printf("%.6f %ld %ld\n", now() - began, read, sum);
    sqlite3_finalize(rows);
    sqlite3_close(log);
    return 0;
}
