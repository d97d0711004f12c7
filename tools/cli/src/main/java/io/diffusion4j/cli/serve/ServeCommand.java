package io.diffusion4j.cli.serve;

import static com.linecorp.armeria.common.HttpMethod.DELETE;
import static com.linecorp.armeria.common.HttpMethod.GET;
import static com.linecorp.armeria.common.HttpMethod.PUT;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.multibindings.OptionalBinder;
import com.google.inject.util.Modules;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.StopOnSignal;
import io.diffusion4j.cli.options.GpuOption;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PublishedModel;
import io.diffusion4j.cli.options.SingleFile;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.jobs.JobStore;
import io.diffusion4j.jobs.JobsModule;
import io.diffusion4j.jobs.Webhooks;
import io.diffusion4j.local.AdminRoutes;
import io.diffusion4j.local.LocalServer;
import io.diffusion4j.local.ServerProgram;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.config.ServerConfig.JobSettings;
import io.diffusion4j.serving.config.ServerConfig.LogSettings;
import io.diffusion4j.serving.config.ServerConfig.ModelEntry;
import io.diffusion4j.serving.file.SettingsTree;
import io.diffusion4j.serving.http.HttpPort;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code diffusion4j serve}: serves models on a port until SIGTERM or SIGINT. */
@Command(
    name = "serve",
    description = "Serve models over gRPC and HTTP until SIGTERM or SIGINT.",
    modelTransformer = ServeFlags.class,
    footer = {
      "",
      "Without --tokens, every client that can reach the port may use the models. "
          + "After SIGTERM or SIGINT, running requests finish before the server exits; "
          + "see --grace.",
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

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private Console console = new Console();

  @Mixin private GpuOption gpu = new GpuOption();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A YAML configuration file; command-line options override its settings.")
  private @Nullable Path file;

  @Option(
      names = "--pull",
      description =
          "Download the missing files of published models. Without this option, "
              + "nothing is downloaded.")
  private boolean pull;

  @Override
  public Integer call() throws IOException {
    ServerConfig config = settings();
    gpu.check();
    Signals.on(
        "HUP", () -> LOG.info("the models are being loaded; the settings are not read again yet"));
    try (var traces = Traces.of(config.tracing());
        var jobs = ServedJobs.open(config);
        var server =
            LocalServer.start(
                new Program(config, jobs), Modules.combine(jobs.module(), bound(traces)))) {
      serve(server);
    }
    return 0;
  }

  private void serve(LocalServer local) {
    DiffusionServer server = local.server();
    Signals.on("HUP", local::reload);
    Signals.on("TERM", () -> drain(server));
    Thread drain = new Thread(server::close, "drain");
    Runtime.getRuntime().addShutdownHook(drain);
    try {
      local
          .operators()
          .ifPresent(at -> console.printf("operators: %s:%d", at.getHostString(), at.getPort()));
      console.printf(
          "serving %s on %s:%d",
          String.join(", ", local.models().names()),
          server.address().getHostString(),
          server.port());
      server.awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the caller interrupted this command
    } finally {
      StopOnSignal.forget(drain);
    }
  }

  /** Begins to close the server; the command then ends with exit code 0. */
  private static void drain(DiffusionServer server) {
    new Thread(server::close, "drain").start();
  }

  private ServerConfig settings() throws IOException {
    SettingsTree tree = file == null ? SettingsTree.empty() : SettingsTree.read(file);
    return ServeFlags.apply(spec.commandLine().getParseResult(), tree).as(ServerConfig.class);
  }

  private static Module bound(Traces traces) {
    return new AbstractModule() {
      @Override
      protected void configure() {
        OptionalBinder.newOptionalBinder(binder(), OpenTelemetry.class)
            .setBinding()
            .toInstance(traces.telemetry());
      }
    };
  }

  /** This process as the program of the server. */
  private final class Program implements ServerProgram {
    private final LogSettings log;
    private final ServedJobs jobs;

    Program(ServerConfig config, ServedJobs jobs) {
      this.log = config.log();
      this.jobs = jobs;
    }

    @Override
    public ServerConfig settings() throws IOException {
      return ServeCommand.this.settings();
    }

    @Override
    public OpenOptions opening() {
      return ModelOptions.opening(Residency.ALWAYS, Optional.empty());
    }

    @Override
    public Path folder(ModelEntry entry) {
      Path named = entry.path().orElseGet(() -> Path.of(entry.published().orElse("")));
      return SingleFile.folder(PublishedModel.folder(named, pull));
    }

    @Override
    public void opened(HttpPort port) {
      ServerLog.configure(log.format(), log.level());
      port.onStandstill(LONGEST_STANDSTILL, () -> Runtime.getRuntime().halt(STANDSTILL));
    }

    @Override
    public void reloaded(ServerConfig config) {
      ServerLog.level(config.log().level());
    }

    @Override
    public void addRoutes(AdminRoutes routes) {
      routes
          .on(DELETE, "/v1/jobs/{name}", call -> purge(call.part("name")))
          .on(GET, "/v1/log", call -> new OfLog(ServerLog.level()))
          .on(PUT, "/v1/log", call -> setLevel(call.body(OfLog.class)));
    }

    private Object purge(String principal) {
      Check.that(jobs.store().isPresent(), "jobs", "no store", "a server with jobs.store");
      return Map.of("state", jobs.store().get().purge(principal) + " jobs deleted");
    }

    private OfLog setLevel(OfLog log) {
      ServerLog.level(log.level());
      return log;
    }

    @Override
    public void drain(DiffusionServer server) {
      ServeCommand.drain(server);
    }
  }

  /** The level of the log, as a request of an operator. */
  record OfLog(LogSettings.Level level) {
    OfLog {
      if (level == null) {
        throw Check.refusal("level", "none", "a level");
      }
    }
  }

  /** The store of jobs of a server, if it has one. It is closed after the server. */
  private record ServedJobs(Optional<JobStore> store, Webhooks webhooks) implements AutoCloseable {
    /**
     * Opens the store.
     *
     * @throws IllegalArgumentException if it, or the secret of webhooks, cannot be used
     */
    static ServedJobs open(ServerConfig config) throws IOException {
      if (config.jobs().isEmpty()) {
        return new ServedJobs(Optional.empty(), Webhooks.none());
      }
      JobSettings jobs = config.jobs().get();
      Webhooks webhooks =
          jobs.webhookSecret().isPresent()
              ? Webhooks.read(jobs.webhookSecret().get(), jobs.privateWebhooks())
              : Webhooks.none();
      var store = JobStore.open(jobs.store(), jobs.keep(), config.limits().store());
      return new ServedJobs(Optional.of(store), webhooks);
    }

    /** Returns the service of jobs; empty without a store. */
    Module module() {
      return store.<Module>map(some -> new JobsModule(some, webhooks)).orElse(Modules.EMPTY_MODULE);
    }

    @Override
    public void close() {
      store.ifPresent(JobStore::close);
    }
  }
}
