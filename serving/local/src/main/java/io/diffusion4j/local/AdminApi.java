package io.diffusion4j.local;

import static com.linecorp.armeria.common.HttpMethod.DELETE;
import static com.linecorp.armeria.common.HttpMethod.GET;
import static com.linecorp.armeria.common.HttpMethod.POST;
import static com.linecorp.armeria.common.HttpMethod.PUT;

import com.linecorp.armeria.server.ServerBuilder;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.ReloadedAccess;
import io.diffusion4j.serving.config.ServerConfig.ModelEntry;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The operators' commands to a running server, as routes of its {@link
 * io.diffusion4j.serving.http.AdminPort}. Changes last until the settings are read again; a token
 * that was revoked stays so until the server ends.
 */
final class AdminApi implements Consumer<ServerBuilder> {
  /** The number of digits of a hash that is enough to distinguish tokens. */
  private static final int SHOWN_OF_HASH = 12;

  private final LocalModels models;
  private final LiveModels live;
  private final ReloadedAccess access;
  private final ServerProgram program;
  private final Supplier<String> reload;
  private final Runnable drain;

  /**
   * Creates the routes.
   *
   * @param program the program that runs the server
   * @param reload applies changed settings, and returns what could not be applied
   * @param drain begins to end the server in good order, and returns
   */
  AdminApi(
      LocalModels models,
      LiveModels live,
      ReloadedAccess access,
      ServerProgram program,
      Supplier<String> reload,
      Runnable drain) {
    this.models = models;
    this.live = live;
    this.access = access;
    this.program = program;
    this.reload = reload;
    this.drain = drain;
  }

  /** The models in memory. */
  record Listed(List<OfModel> models) {}

  /** A model, see {@link LiveModel}. */
  record OfModel(String name, String path, @Nullable String precision, String state) {}

  /** A model by its name. */
  record Named(@Nullable String name) {}

  /** The tokens that are let in. */
  record Tokens(List<OfToken> tokens) {}

  /** A token, by the beginning of its hash. */
  record OfToken(
      String name,
      String sha256,
      List<String> roles,
      List<String> models,
      @Nullable String expires,
      @Nullable Quota quota) {}

  /** The default quota, and the quotas that operators have set. */
  record Quotas(Quota defaults, Map<String, Quota> given) {}

  /** The state after a command: an action that has begun or was completed. */
  record Done(String state) {}

  @Override
  public void accept(ServerBuilder server) {
    var routes = new AdminRoutes(server);
    routes
        .on(GET, "/v1/models", call -> listed())
        .on(POST, "/v1/models", call -> load(call.body(ModelEntry.class)))
        .on(PUT, "/v1/models/default", call -> makeDefault(call.body(Named.class)))
        .on(DELETE, "/v1/models/{name}", call -> unload(call.part("name")))
        .on(GET, "/v1/tokens", call -> tokens())
        .on(DELETE, "/v1/tokens/{name}", call -> revoke(call.part("name")))
        .on(GET, "/v1/quotas", call -> quotas())
        .on(PUT, "/v1/quotas/{name}", call -> setQuota(call))
        .on(POST, "/v1/reload", call -> reload())
        .on(POST, "/v1/drain", this::drain);
    program.addRoutes(routes);
  }

  private Listed listed() {
    return new Listed(models.live().stream().map(AdminApi::shown).toList());
  }

  private static OfModel shown(LiveModel model) {
    ServedModel served = model.served();
    return new OfModel(
        model.name(),
        served.folder().toString(),
        served.precision().map(Precision::word).orElse(null),
        lower(model.state()));
  }

  private Listed load(ModelEntry entry) {
    live.load(ServedModel.of(entry, program.folder(entry)));
    return listed();
  }

  private Listed makeDefault(Named model) {
    live.makeDefault(model.name() == null ? "" : model.name());
    return listed();
  }

  private Listed unload(String name) {
    live.unload(name);
    return listed();
  }

  private Tokens tokens() {
    return new Tokens(access.tokens().stream().map(AdminApi::shown).toList());
  }

  private static OfToken shown(HashedTokens.Entry token) {
    Principal principal = token.principal();
    return new OfToken(
        principal.name(),
        token.sha256().substring(0, SHOWN_OF_HASH),
        principal.roles().stream().map(AdminApi::lower).sorted().toList(),
        principal.models().stream().sorted().toList(),
        token.expires().equals(Instant.MAX) ? null : token.expires().toString(),
        principal.quota());
  }

  private Tokens revoke(String principal) {
    access.revoke(principal);
    return tokens();
  }

  private Quotas quotas() {
    return new Quotas(access.defaultQuota(), new TreeMap<>(access.quotas()));
  }

  private Quotas setQuota(AdminRoutes.Call call) {
    Quota quota = call.body(Quota.class);
    var principal =
        new Principal(call.part("name"), Set.of(), Set.of(Principal.EVERY_MODEL), quota);
    access.setQuota(principal.name(), principal.quota());
    return quotas();
  }

  private Done reload() {
    String failures = reload.get();
    Check.that(failures.isEmpty(), "reload", failures, "settings that can be applied");
    return new Done("reloaded");
  }

  private Done drain(AdminRoutes.Call call) {
    var unused = call.context().log().whenComplete().thenRun(drain); // which closes this port, too
    return new Done("draining");
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
