package io.diffusion4j.cli.serve;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.console.StopOnSignal;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.local.LocalModels;
import io.diffusion4j.openai.OpenAiModule;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.http.HttpPort;
import io.diffusion4j.serving.metrics.MetricsModule;
import io.diffusion4j.serving.model.ImageIndex;
import io.diffusion4j.web.WebModule;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code diffusion4j serve}: models on a port, until SIGTERM or an interrupt. */
@Command(
    name = "serve",
    description = "Serve models over gRPC, until it is told to stop.",
    footer = {
      "",
      "Without tokens, whoever reaches the port can use the models. SIGTERM and SIGINT let running",
      "work finish.",
      "",
      "Example:",
      "  diffusion4j serve --port 50051"
    })
public final class ServeCommand implements Callable<Integer> {
  /** After which a server that reads no connections ends, for whoever starts it again. */
  private static final Duration LONGEST_STANDSTILL = Duration.ofMinutes(1);

  /** The exit code of such an end. */
  private static final int STANDSTILL = 70;

  @Mixin private Console console = new Console();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A file that says how to serve, in YAML; flags go over what it says.")
  private @Nullable Path file;

  @ArgGroup(validate = false)
  private ServeFlags flags = new ServeFlags();

  @Override
  public Integer call() throws IOException {
    ServerSettings settings =
        ServerSettings.of(flags, file == null ? ServerFile.NONE : ServerFile.read(file));
    settings.models().forEach(model -> OpenPipeline.family(model.folder()));
    ServerLog.configure(settings.logFormat(), settings.logLevel());
    try (var port = HttpPort.open(settings.config()); // who asks meanwhile is told that it loads
        var models =
            LocalModels.load(
                settings.models(),
                ModelOptions.opening(Residency.ALWAYS, Optional.empty())
                    .withPacked(settings.packed()),
                Plugins.of(settings.plugins()),
                settings.loras());
        var indices = ServedIndices.open(settings.indices(), settings.models(), models.names());
        var server =
            models
                .server(settings.config(), more(settings, port, models.names(), indices))
                .start()) {
      port.onStandstill(LONGEST_STANDSTILL, () -> Runtime.getRuntime().halt(STANDSTILL));
      Thread drain = new Thread(server::close, "drain");
      Runtime.getRuntime().addShutdownHook(drain);
      try {
        serve(models, server);
      } finally {
        StopOnSignal.forget(drain);
      }
    }
    return 0;
  }

  private static Module more(
      ServerSettings settings, HttpPort port, List<String> models, ServedIndices indices)
      throws IOException {
    Authenticator authenticator = authenticator(settings, models);
    return new AbstractModule() {
      @Override
      protected void configure() {
        OptionalBinder.newOptionalBinder(binder(), Authenticator.class)
            .setBinding()
            .toInstance(authenticator);
        OptionalBinder.newOptionalBinder(binder(), HttpPort.class).setBinding().toInstance(port);
        var searched = Multibinder.newSetBinder(binder(), ImageIndex.class);
        indices.indices().forEach(index -> searched.addBinding().toInstance(index));
        install(new WebModule());
        install(new OpenAiModule());
        if (settings.metrics()) {
          install(new MetricsModule());
        }
      }
    };
  }

  private static Authenticator authenticator(ServerSettings settings, List<String> models)
      throws IOException {
    if (settings.tokens().isPresent()) {
      return ReloadedTokens.of(settings.tokens().get(), settings.quota(), models);
    }
    Principal anybody = Principal.ANYBODY.withQuota(settings.quota());
    return token -> anybody;
  }

  private void serve(LocalModels models, DiffusionServer server) {
    console.printf(
        "serving %s on %s:%d",
        String.join(", ", models.names()), server.address().getHostString(), server.port());
    try {
      server.awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // whoever runs this command has it end
    }
  }
}
