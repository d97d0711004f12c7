package io.diffusion4j.cli.serve;

import com.google.inject.util.Modules;
import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PublishedModel;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.local.LocalServer;
import io.diffusion4j.local.ServerProgram;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.config.ServerConfig.ModelEntry;
import io.diffusion4j.serving.file.SettingsTree;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code diffusion4j mcp}: serves the Model Context Protocol on the standard streams, for programs
 * that start their servers. It draws in this process, behind a port of this machine that the system
 * chooses, or on a server.
 */
@Command(
    name = "mcp",
    description = "Serve AI agents over the Model Context Protocol on standard input and output.",
    footer = {
      "",
      "Configuration entry for a desktop application:",
      "  {\"mcpServers\": {\"pictures\": {\"command\": \"/path/to/diffusion4j\", \"args\":"
          + " [\"mcp\"]}}}"
    })
public final class McpCommand implements Callable<Integer> {
  @Mixin private Console console = new Console();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The YAML configuration file of serve; its port is ignored.")
  private @Nullable Path file;

  @Option(
      names = "--server",
      paramLabel = "URL",
      description =
          "Draw on the server at this URL, such as http://127.0.0.1:50051, instead of "
              + "in this process.")
  private @Nullable URI server;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "Authenticate with the token in this file.")
  private @Nullable Path token;

  @Override
  public Integer call() throws IOException {
    Check.that(
        token == null || server != null || file != null,
        "token-file",
        token,
        "none without --server or --config");
    Check.that(file == null || server == null, "config", file, "none beside --server");
    Optional<String> sent =
        token == null ? Optional.empty() : Optional.of(Files.readString(token).strip());
    if (server != null) {
      McpBridge.run(server, sent, System.in, System.out);
      return 0;
    }
    ServerConfig config = settings();
    try (var local = LocalServer.start(new Program(config), Modules.EMPTY_MODULE)) {
      URI own = URI.create("http://127.0.0.1:" + local.server().port());
      console.say("serving " + String.join(", ", local.models().names()) + " to an agent");
      McpBridge.run(own, sent, System.in, System.out);
    }
    return 0;
  }

  private ServerConfig settings() throws IOException {
    SettingsTree tree = file == null ? SettingsTree.empty() : SettingsTree.read(file);
    tree.putIfAbsent("models", List.of(Map.of("path", ModelOptions.defaultFolder().toString())));
    tree.put("apis", List.of("mcp"));
    ServerConfig config = tree.as(ServerConfig.class).withHost("127.0.0.1").withPort(0);
    Check.that(config.tls().isEmpty(), "tls", "settings", "none; --server names such a server");
    return config;
  }

  /** This process as the program of the server. */
  private record Program(ServerConfig settings) implements ServerProgram {
    @Override
    public OpenOptions opening() {
      return ModelOptions.opening(Residency.ALWAYS, Optional.empty());
    }

    @Override
    public Path folder(ModelEntry entry) {
      Path named = entry.path().orElseGet(() -> Path.of(entry.published().orElse("")));
      return PublishedModel.folder(named, false);
    }
  }
}
