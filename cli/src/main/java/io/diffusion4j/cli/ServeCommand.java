package io.diffusion4j.cli;

import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.ServerConfig;
import io.diffusion4j.unclip.Residency;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code diffusion4j serve}: a model on a port, until SIGTERM or an interrupt. */
@Command(
    name = "serve",
    description = "Serve a model over gRPC, until it is told to stop.",
    footer = {
      "",
      "Whoever reaches the port can use the model. SIGTERM and SIGINT let running work finish.",
      "",
      "Example:",
      "  diffusion4j serve --port 50051"
    })
final class ServeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "" + ServerConfig.DEFAULT_PORT,
      description = "The port; 0 lets the system choose one. Default: ${DEFAULT-VALUE}")
  private int port;

  @Option(
      names = "--host",
      paramLabel = "NAME",
      defaultValue = "127.0.0.1",
      description = "The name or address to listen on. Default: ${DEFAULT-VALUE}")
  private String host = "";

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "2",
      description = "How many batches of images are drawn at once. Default: ${DEFAULT-VALUE}")
  private int workers;

  @Option(
      names = "--queue",
      paramLabel = "N",
      defaultValue = "64",
      description = "How many requests may wait. Default: ${DEFAULT-VALUE}")
  private int queue;

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ModelOptions model = new ModelOptions();

  @Override
  public Integer call() throws IOException {
    ServerConfig config =
        ServerConfig.loopback()
            .withHost(host)
            .withPort(port)
            .withWorkers(workers)
            .withQueueCapacity(queue);
    LocalModel.requirePipeline(model.folder);
    requireFree(config);
    try (var local = model.load(Residency.ALWAYS);
        var server = local.server(config).start()) {
      Thread drain = new Thread(server::close, "drain");
      Runtime.getRuntime().addShutdownHook(drain);
      try {
        serve(local, server);
      } finally {
        Signals.forget(drain);
      }
    }
    return 0;
  }

  /** Loading takes a while; a port that is taken is better told before. */
  private static void requireFree(ServerConfig config) throws IOException {
    var address = new InetSocketAddress(config.host(), config.port());
    if (address.isUnresolved()) {
      return; // the server says what is wrong
    }
    try (var probe = new ServerSocket()) {
      probe.bind(address);
    } catch (IOException e) {
      throw new IOException(
          "port: "
              + config.port()
              + " (expected: one that is free; "
              + config.host()
              + ":"
              + config.port()
              + ": "
              + e.getMessage()
              + ")",
          e);
    }
  }

  private void serve(LocalModel local, DiffusionServer server) {
    var out = spec.commandLine().getOut();
    out.printf(
        "serving %s on %s:%d%n",
        local.facts().name(), server.address().getHostString(), server.port());
    out.flush();
    try {
      server.awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // whoever runs this command has it end
    }
  }
}
