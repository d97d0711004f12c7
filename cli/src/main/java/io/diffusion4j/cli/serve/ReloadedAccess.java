package io.diffusion4j.cli.serve;

import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Who may call and how much, as settings say that are read again while the server runs. */
final class ReloadedAccess implements Authenticator {
  private final Supplier<List<String>> models;
  private volatile Authenticator now;

  /**
   * As these settings say.
   *
   * @param models the names of the models there are
   */
  ReloadedAccess(ServerSettings settings, Supplier<List<String>> models) throws IOException {
    this.models = models;
    this.now = of(settings);
  }

  /**
   * As other settings say from now on.
   *
   * @throws IllegalArgumentException if their tokens cannot be; those before stay
   */
  void reload(ServerSettings settings) throws IOException {
    now = of(settings);
  }

  private Authenticator of(ServerSettings settings) throws IOException {
    Quota quota = settings.quota();
    Optional<Path> tokens = settings.tokens();
    if (tokens.isPresent()) {
      return ReloadedTokens.of(tokens.get(), quota, models);
    }
    Principal anybody = Principal.ANYBODY.withQuota(quota);
    return token -> anybody;
  }

  @Override
  public Principal authenticate(String token) {
    return now.authenticate(token);
  }
}
