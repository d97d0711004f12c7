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

/**
 * {@code diffusion4j token}: creates a token for a server, and its entry for the file of tokens.
 */
@Command(
    name = "token",
    description = "Create an access token for a server.",
    footer = {
      "",
      "The token is printed once and not stored. Give the token to its owner, and "
          + "append the printed lines below it to the server's --tokens file: they "
          + "contain only its SHA-256 hash.",
      "",
      "Example:",
      "  diffusion4j token ann"
    })
public final class TokenCommand implements Callable<Integer> {
  @Mixin private Console console = new Console();

  @Parameters(paramLabel = "NAME", description = "The name of the token's owner.")
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
