package io.diffusion4j.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * A command that ran.
 *
 * @param status its exit status
 * @param out what it said
 * @param err what it complained about
 */
public record Run(int status, String out, String err) {
  public static Run of(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int status =
        Main.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments);
    return new Run(status, out.toString(), err.toString());
  }
}
