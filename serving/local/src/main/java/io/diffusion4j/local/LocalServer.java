package io.diffusion4j.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.inject.AbstractModule;
import com.google.inject.Binder;
import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import com.google.inject.util.Modules;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.spi.ServiceProviders;
import io.diffusion4j.filters.FilterModule;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.provenance.ManifestSigner;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.MetricsModule;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.ReloadedAccess;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.http.AdminPort;
import io.diffusion4j.serving.http.HttpModule;
import io.diffusion4j.serving.http.HttpPort;
import io.diffusion4j.serving.model.ImageIndex;
import io.diffusion4j.serving.model.Palette;
import io.diffusion4j.serving.observability.ServerGauge;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server of model folders, as its settings describe it: tokens, indices, filters, HTTP
 * interfaces, meters, marks of images, and a port for operators.
 *
 * <pre>{@code
 * ServerConfig config = ServerConfig.read(Path.of("server.yaml"));
 * try (var server = LocalServer.start(ServerProgram.of(config), Modules.EMPTY_MODULE)) {
 *   server.server().awaitTermination();
 * }
 * }</pre>
 *
 * <p>{@link #reload} applies changed models, tokens and quotas to the running server; token files
 * and certificates are followed without it. Thread-safe.
 */
public final class LocalServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalServer.class);

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final ServerProgram program;
  private final LocalModels models;
  private final Deque<AutoCloseable> opened; // the last one first
  private final String inProcess = "diffusion4j-" + UUID.randomUUID();
  private final String ownToken = HashedTokens.newToken();
  private final ReloadedAccess access;
  private final DiffusionServer server;
  private final LiveModels live;
  private final Optional<AdminPort> admin;

  /**
   * Loads the models of a program's settings and serves them on their port, which meanwhile answers
   * that the server is loading.
   *
   * @param more further bindings, see {@link io.diffusion4j.serving.ServingModule}
   * @throws IOException if a file cannot be read, or the server cannot listen
   * @throws IllegalArgumentException if a setting or a file is invalid
   * @throws io.diffusion4j.checkpoint.CheckpointException if a model is damaged
   */
  public static LocalServer start(ServerProgram program, Module more) throws IOException {
    return start(program, more, new ArrayDeque<>(), Optional.empty());
  }

  /**
   * Serves models that were loaded in another way; they are closed with the server.
   *
   * @param more further bindings, see {@link io.diffusion4j.serving.ServingModule}
   * @throws IOException if a file cannot be read, or the server cannot listen
   * @throws IllegalArgumentException if a setting or a file is invalid
   */
  public static LocalServer start(LocalModels models, ServerProgram program, Module more)
      throws IOException {
    Deque<AutoCloseable> opened = new ArrayDeque<>(List.of(models));
    return start(program, more, opened, Optional.of(models));
  }

  private static LocalServer start(
      ServerProgram program, Module more, Deque<AutoCloseable> opened, Optional<LocalModels> loaded)
      throws IOException {
    try {
      ServerConfig config = program.settings();
      Provenance provenance = config.provenance().read();
      List<HttpModule> apis = apis(config.apis());
      if (loaded.isEmpty()) { // faults of folders are reported before the port is opened
        served(config, program).forEach(model -> OpenPipeline.family(model.folder()));
      }
      HttpPort port = HttpPort.open(config);
      opened.push(port);
      program.opened(port);
      LocalModels models = loaded.orElseGet(() -> load(config, program));
      if (loaded.isEmpty()) {
        opened.push(models);
      }
      return new LocalServer(program, config, provenance, apis, port, models, opened, more);
    } catch (IOException | RuntimeException | Error e) {
      close(opened);
      throw e;
    }
  }

  private LocalServer(
      ServerProgram program,
      ServerConfig config,
      Provenance provenance,
      List<HttpModule> apis,
      HttpPort port,
      LocalModels models,
      Deque<AutoCloseable> opened,
      Module more)
      throws IOException {
    this.program = program;
    this.models = models;
    this.opened = opened;
    ServedIndices indices = ServedIndices.open(config.indices(), models);
    opened.push(indices);
    Optional<LocalPalette> palette =
        config.palette().map(settings -> LocalPalette.open(settings, indices, models));
    palette.ifPresent(opened::push);
    access = new ReloadedAccess(config.access(), models::names);
    Authenticator caller = this::authenticate;
    server =
        models.server(
            config,
            Modules.combine(
                more,
                new AbstractModule() {
                  @Override
                  protected void configure() {
                    bindOption(binder(), Authenticator.class, caller);
                    bindOption(binder(), Provenance.class, provenance);
                    bindOption(binder(), HttpPort.class, port);
                    palette.ifPresent(own -> bindOption(binder(), Palette.class, own));
                    provenance.manifest().ifPresent(signer -> addExpiry(binder(), signer));
                    var searched = Multibinder.newSetBinder(binder(), ImageIndex.class);
                    indices.indices().forEach(index -> searched.addBinding().toInstance(index));
                    apis.forEach(this::install);
                    if (config.metrics()) {
                      install(new MetricsModule());
                    }
                  }
                }));
    opened.push(server);
    server.start(inProcess);
    live = new LiveModels(models, server);
    var api =
        new AdminApi(models, live, access, program, this::reload, () -> program.drain(server));
    admin =
        config.operators().isPresent()
            ? Optional.of(AdminPort.open(config.operators().get(), access, api))
            : Optional.empty();
    admin.ifPresent(opened::push);
  }

  /**
   * Loads the models, plugins, filters and low-rank updates of settings.
   *
   * @throws IllegalArgumentException if a setting or a file is invalid
   * @throws io.diffusion4j.checkpoint.CheckpointException if a model is damaged
   */
  public static LocalModels load(ServerConfig config, ServerProgram program) {
    return LocalModels.load(
        served(config, program),
        program.opening().withPacked(config.packed()),
        FilterModule.addTo(
            Plugins.of(config.plugins()),
            config.filters(),
            Compute.of(Precision.FLOAT32).withEngine(Engines.asked())),
        config.loras());
  }

  private static <T> void bindOption(Binder binder, Class<T> type, T instance) {
    OptionalBinder.newOptionalBinder(binder, type).setBinding().toInstance(instance);
  }

  private static void addExpiry(Binder binder, ManifestSigner signer) {
    Multibinder.newSetBinder(binder, ServerGauge.class)
        .addBinding()
        .toInstance(
            new ServerGauge(
                "diffusion4j.c2pa.certificate.days",
                "days until the C2PA certificate expires; below 0 after expiry, without manifests",
                () ->
                    Math.floorDiv(
                        Duration.between(Instant.now(), signer.expiry()).toSeconds(),
                        TimeUnit.DAYS.toSeconds(1))));
  }

  /** Returns the HTTP interfaces with these names; all on the class path unless given. */
  private static List<HttpModule> apis(Optional<Set<String>> chosen) {
    List<HttpModule> found = ServiceProviders.of(HttpModule.class);
    List<String> names = found.stream().map(HttpModule::name).toList();
    Set<String> wanted =
        chosen.orElse(Set.copyOf(names)).stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    for (String name : wanted) {
      Check.that(names.contains(name), "apis", name, "one of " + String.join(", ", names));
    }
    return found.stream().filter(module -> wanted.contains(module.name())).toList();
  }

  private static List<ServedModel> served(ServerConfig config, ServerProgram program) {
    Check.that(!config.models().isEmpty(), "models", "none", "at least one");
    return config.models().stream()
        .map(entry -> ServedModel.of(entry, program.folder(entry)))
        .toList();
  }

  /** Admits the client of the same process, besides those that the settings admit. */
  private Principal authenticate(String token) {
    boolean own = MessageDigest.isEqual(token.getBytes(UTF_8), ownToken.getBytes(UTF_8));
    return own ? Principal.ANYBODY : access.authenticate(token);
  }

  /** Returns the running server. */
  public DiffusionServer server() {
    return server;
  }

  /** Returns the models. */
  public LocalModels models() {
    return models;
  }

  /** Returns the address of the port for operators; empty if there is none. */
  public Optional<InetSocketAddress> operators() {
    return admin.map(AdminPort::address);
  }

  /** Returns a client in the same process, which needs no token; the caller closes it. */
  public GenerationClient client() {
    return new GenerationClient(channel(), "");
  }

  /** Returns a channel in the same process, which needs no token; the caller closes it. */
  ManagedChannel channel() {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + ownToken);
    return InProcessChannelBuilder.forName(inProcess)
        .intercept(MetadataUtils.newAttachHeadersInterceptor(headers))
        .build();
  }

  /**
   * Reads the settings again, and applies models, tokens and quotas; other changes need a restart.
   * Changes that cannot be applied have no effect, and are logged in one line.
   *
   * @return what could not be applied, in one line; empty if everything was
   */
  public synchronized String reload() {
    ServerConfig read;
    List<ServedModel> served;
    try {
      read = program.settings();
      served = served(read, program);
    } catch (IOException | RuntimeException e) {
      return failed("the settings", e);
    }
    String failures = "";
    try { // first, for tokens may mention their names
      live.serve(served);
    } catch (RuntimeException e) {
      failures = failed("the models", e);
    }
    try {
      access.reload(read.access());
      program.reloaded(read);
      LOG.info("tokens, quotas and the level of the log were read again");
    } catch (IOException | RuntimeException e) {
      failures += (failures.isEmpty() ? "" : "; ") + failed("tokens and quotas", e);
    }
    return failures;
  }

  private static String failed(String what, Exception why) {
    String line = what + " stay as they were: " + AdminRoutes.oneLine(why.getMessage());
    LOG.error("{}", line);
    return line;
  }

  /** Drains the server as {@link DiffusionServer#close}, and closes the models. */
  @Override
  public void close() {
    close(opened);
  }

  private static void close(Deque<AutoCloseable> opened) {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) { // so that the others are closed
        LOG.error("cannot close: {}", e.toString(), e);
      }
    }
  }
}
