package io.diffusion4j.cli.serve;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j token}: a new token for a server, and what its file of tokens says of it. */
@Command(
    name = "token",
    description = "Make a token for a server.",
    footer = {
      "",
      "The token goes to whom it is for, and is not kept. The lines after it go into the file that",
      "the server's configuration calls tokens: they hold only the SHA-256 of the token.",
      "",
      "Example:",
      "  diffusion4j token ann"
    })
public final class TokenCommand implements Callable<Integer> {
  @Mixin private Console console = new Console();

  @Parameters(paramLabel = "NAME", description = "Whose it is.")
  private String name = "";

  @Override
  public Integer call() {
    var principal = new Principal(name, Set.of(), Set.of(Principal.EVERY_MODEL), Quota.NONE);
    String token = HashedTokens.newToken();
    console.print("# " + token);
    console.print("  - name: " + principal.name());
    console.print("    sha256: " + HashedTokens.hash(token));
    return 0;
  }
}
