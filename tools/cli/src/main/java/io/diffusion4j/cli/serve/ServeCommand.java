package io.diffusion4j.cli.serve;

import com.google.inject.AbstractModule;
import com.google.inject.Binder;
import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.StopOnSignal;
import io.diffusion4j.cli.options.FilterOptions;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.local.LiveModels;
import io.diffusion4j.local.LocalModels;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.provenance.ManifestSigner;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.MetricsModule;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.http.AdminPort;
import io.diffusion4j.serving.http.HttpPort;
import io.diffusion4j.serving.model.ImageIndex;
import io.diffusion4j.serving.observability.ServerGauge;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffusion4j serve}: serves models on a port until SIGTERM or SIGINT. */
@Command(
    name = "serve",
    description = "Serve models over gRPC and HTTP until SIGTERM or SIGINT.",
    footer = {
      "",
      "Without tokens, every client that reaches the port can use the models. After SIGTERM or",
      "SIGINT, running requests finish first.",
      "",
      "Example:",
      "  diffusion4j serve --port 50051"
    })
public final class ServeCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

  /**
   * The time after which a server that accepts no connections exits, so that its supervisor
   * restarts it.
   */
  private static final Duration LONGEST_STANDSTILL = Duration.ofMinutes(1);

  /** The exit code of such an exit. */
  private static final int STANDSTILL = 70;

  @Mixin private Console console = new Console();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A configuration file in YAML; flags take precedence.")
  private @Nullable Path file;

  @ArgGroup(validate = false)
  private ServeFlags flags = new ServeFlags();

  @Override
  public Integer call() throws IOException {
    ServerSettings settings = settings();
    Provenance provenance = settings.provenance().read();
    settings.models().forEach(model -> OpenPipeline.family(model.folder()));
    ServerLog.configure(settings.logFormat(), settings.logLevel());
    Signals.on(
        "HUP", () -> LOG.info("the models are being loaded; the settings are not read again yet"));
    try (var port =
            HttpPort.open(settings.config()); // callers meanwhile get the error that it loads
        var models =
            LocalModels.load(
                settings.models(),
                ModelOptions.opening(Residency.ALWAYS, Optional.empty())
                    .withPacked(settings.packed()),
                FilterOptions.add(settings.filters(), Plugins.of(settings.plugins())),
                settings.loras());
        var indices = ServedIndices.open(settings.indices(), models);
        var traces = Traces.of(settings.tracing());
        var jobs = ServedJobs.open(settings.jobs(), settings.config().limits().store())) {
      var access = new ReloadedAccess(settings, new KnownModels(models));
      port.onStandstill(LONGEST_STANDSTILL, () -> Runtime.getRuntime().halt(STANDSTILL));
      var more = more(settings, port, access, indices, provenance, traces, jobs);
      serve(models, settings, access, jobs, more);
    }
    return 0;
  }

  private void serve(
      LocalModels models,
      ServerSettings settings,
      ReloadedAccess access,
      ServedJobs jobs,
      Module more)
      throws IOException {
    try (var server = models.server(settings.config(), more).start()) {
      var live = new LiveModels(models, server);
      var reload = new Reload(this::settings, live, access);
      Signals.on("HUP", reload::apply);
      Runnable end = () -> new Thread(server::close, "drain").start(); // and the exit code is 0
      Signals.on("TERM", end);
      Thread drain = new Thread(server::close, "drain");
      Runtime.getRuntime().addShutdownHook(drain);
      try (var admin =
          admin(settings, access, new AdminApi(models, live, access, reload, jobs.store(), end))) {
        printAddress(admin);
        serve(models, server);
      } finally {
        StopOnSignal.forget(drain);
      }
    }
  }

  /** Returns the port for operators; null if there is none. */
  private static @Nullable AdminPort admin(
      ServerSettings settings, Authenticator access, AdminApi api) throws IOException {
    return settings.admin().isPresent()
        ? AdminPort.open(settings.admin().get(), access, api)
        : null;
  }

  private void printAddress(@Nullable AdminPort admin) {
    if (admin != null) {
      var address = admin.address();
      console.printf("operators: %s:%d", address.getHostString(), address.getPort());
    }
  }

  private ServerSettings settings() throws IOException {
    return ServerSettings.of(flags, file == null ? ServerFile.NONE : ServerFile.read(file));
  }

  private static Module more(
      ServerSettings settings,
      HttpPort port,
      Authenticator access,
      ServedIndices indices,
      Provenance provenance,
      Traces traces,
      ServedJobs jobs) {
    return new AbstractModule() {
      @Override
      protected void configure() {
        OptionalBinder.newOptionalBinder(binder(), Authenticator.class)
            .setBinding()
            .toInstance(access);
        OptionalBinder.newOptionalBinder(binder(), Provenance.class)
            .setBinding()
            .toInstance(provenance);
        provenance.manifest().ifPresent(signer -> addExpiry(binder(), signer));
        OptionalBinder.newOptionalBinder(binder(), HttpPort.class).setBinding().toInstance(port);
        OptionalBinder.newOptionalBinder(binder(), OpenTelemetry.class)
            .setBinding()
            .toInstance(traces.telemetry());
        var searched = Multibinder.newSetBinder(binder(), ImageIndex.class);
        indices.indices().forEach(index -> searched.addBinding().toInstance(index));
        settings.faces().forEach(face -> install(face.module()));
        install(jobs.module());
        if (settings.metrics()) {
          install(new MetricsModule());
        }
      }
    };
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

  private void serve(LocalModels models, DiffusionServer server) {
    console.printf(
        "serving %s on %s:%d",
        String.join(", ", models.names()), server.address().getHostString(), server.port());
    try {
      server.awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the caller interrupted this command
    }
  }
}
