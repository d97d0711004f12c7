package example;

import com.google.inject.multibindings.OptionalBinder;
import io.diffusion4j.local.LocalModels;
import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.auth.JwtIssuer;
import io.diffusion4j.serving.auth.JwtTokens;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.config.ServerConfig;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Set;

public final class Guarded {
  private Guarded() {}

  // snippet: server
  static DiffusionServer server(LocalModels models, String issuer, URI keys) throws IOException {
    var roles = Map.of("draw-user", Set.of(Role.GENERATE));
    var trusted = JwtIssuer.of(issuer, "draw.example", keys, roles);
    var tokens = new JwtTokens(trusted, Quota.NONE);
    return models.server(
        ServerConfig.loopback().withPort(0),
        binder ->
            OptionalBinder.newOptionalBinder(binder, Authenticator.class)
                .setBinding()
                .toInstance(tokens));
  }

  // end snippet
}
