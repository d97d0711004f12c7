package io.diffusion4j.cli.serve;

import io.diffusion4j.cli.options.FilterOptions;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PluginOptions;
import io.diffusion4j.serving.config.ServerConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags of {@code serve}; null if the configuration file decides. */
final class ServeFlags {
  @Option(
      names = "--port",
      paramLabel = "N",
      description = "The port; 0 lets the system choose one. Default: " + ServerConfig.DEFAULT_PORT)
  @Nullable Integer port;

  @Option(
      names = "--host",
      paramLabel = "NAME",
      description = "The name or address to listen on. Default: 127.0.0.1")
  @Nullable String host;

  @Option(
      names = "--admin-port",
      paramLabel = "N",
      description =
          "A port for operators, on this machine only; requires --tokens, one with the role admin.")
  @Nullable Integer adminPort;

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "The number of images drawn at once, over all requests. Default: 16")
  @Nullable Integer rows;

  @Option(
      names = "--queue",
      paramLabel = "N",
      description = "The number of requests that may wait. Default: 64")
  @Nullable Integer queue;

  @Option(
      names = "--grace",
      paramLabel = "SECONDS",
      description = "The time for running requests to finish after SIGTERM. Default: 30")
  @Nullable Integer graceSeconds;

  @Option(
      names = "--receive",
      paramLabel = "SECONDS",
      description = "The time limit for receiving a request. Default: 60")
  @Nullable Integer receiveSeconds;

  @Option(
      names = "--stall",
      paramLabel = "SECONDS",
      description =
          "The time after which a client that does not read its response is disconnected. Default:"
              + " 60")
  @Nullable Integer stallSeconds;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "The folder of a model, or ORG/NAME[@REVISION] of one that was pulled; may be repeated"
              + " for several models, the default first. Default: the shipped model")
  List<Path> models = List.of();

  @Option(
      names = "--pull",
      description =
          "Download missing files of published models; without this option nothing is downloaded.")
  boolean pull;

  @Option(names = "--precision", paramLabel = "FORMAT", description = ModelOptions.FORMATS)
  ModelOptions.@Nullable FormatChoice precision;

  @Option(
      names = "--lora",
      paramLabel = "NAME=FILE",
      description =
          "Low-rank updates (LoRA) that requests may name; may be repeated. Each is offered by the"
              + " models that it fits.")
  Map<String, Path> loras = Map.of();

  @Option(
      names = "--index",
      paramLabel = "NAME=DIR",
      description =
          "An index made by search, for requests that search it by this name; may be repeated.")
  Map<String, Path> indices = Map.of();

  @Option(names = "--plugin", paramLabel = "JAR", description = PluginOptions.HELP)
  List<Path> plugins = List.of();

  @Option(names = "--filter", paramLabel = "FILE", description = FilterOptions.HELP)
  List<Path> filters = List.of();

  @Option(names = "--packed", paramLabel = "DIR", description = ModelOptions.PACKED)
  @Nullable Path packed;

  @Option(
      names = "--tokens",
      paramLabel = "FILE",
      description = "Require a token of this file; the command token creates its entries.")
  @Nullable Path tokens;

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "Encrypt with this certificate, in PEM; requires --tls-key.")
  @Nullable Path tlsCertificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "The private key of the certificate, in PEM.")
  @Nullable Path tlsKey;

  @Option(
      names = "--tls-clients",
      paramLabel = "FILE",
      description = "Require client certificates from one of these authorities, in PEM.")
  @Nullable Path tlsClients;

  @Option(
      names = "--insecure",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Listen in plaintext even on addresses that other machines can reach.")
  @Nullable Boolean insecure;

  @Option(
      names = "--origin",
      paramLabel = "URL",
      description =
          "Allow requests from pages of this site, such as https://app.example; may be repeated."
              + " Default: the server's own page only")
  List<String> origins = List.of();

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      description = "The format of log lines: ${COMPLETION-CANDIDATES}. Default: text")
  ServerLog.@Nullable Format logFormat;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "The lowest logged level: ${COMPLETION-CANDIDATES}. Default: info")
  ServerLog.@Nullable Level logLevel;

  @Option(
      names = "--log-prompts",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Log prompts, which may be private.")
  @Nullable Boolean logPrompts;
}
