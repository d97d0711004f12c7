package io.diffusion4j.cli.serve;

import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PluginOptions;
import io.diffusion4j.serving.config.ServerConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags of {@code serve}; null is what is left to its file. */
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
      names = "--rows",
      paramLabel = "N",
      description = "How many images are drawn at once, of all requests. Default: 16")
  @Nullable Integer rows;

  @Option(
      names = "--queue",
      paramLabel = "N",
      description = "How many requests may wait. Default: 64")
  @Nullable Integer queue;

  @Option(
      names = "--grace",
      paramLabel = "SECONDS",
      description = "How long running work may go on after SIGTERM. Default: 30")
  @Nullable Integer graceSeconds;

  @Option(
      names = "--receive",
      paramLabel = "SECONDS",
      description = "How long a request may take to arrive. Default: 60")
  @Nullable Integer receiveSeconds;

  @Option(
      names = "--stall",
      paramLabel = "SECONDS",
      description =
          "How long a client may read nothing of its answer before it is given up. Default: 60")
  @Nullable Integer stallSeconds;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "The folder of a model, or ORG/NAME[@REVISION] of one that was pulled; several times for"
              + " several models, the default first. Default: the model that ships")
  List<Path> models = List.of();

  @Option(
      names = "--pull",
      description = "Download what published models lack; else nothing is ever downloaded.")
  boolean pull;

  @Option(names = "--precision", paramLabel = "FORMAT", description = ModelOptions.FORMATS)
  ModelOptions.@Nullable FormatChoice precision;

  @Option(
      names = "--lora",
      paramLabel = "NAME=FILE",
      description =
          "Low-rank updates (LoRA) that requests may name; several times for several. They are"
              + " offered by the models that they fit.")
  Map<String, Path> loras = Map.of();

  @Option(
      names = "--index",
      paramLabel = "NAME=DIR",
      description =
          "An index that search made, for requests that search it by this name; several times for"
              + " several.")
  Map<String, Path> indices = Map.of();

  @Option(names = "--plugin", paramLabel = "JAR", description = PluginOptions.HELP)
  List<Path> plugins = List.of();

  @Option(names = "--packed", paramLabel = "DIR", description = ModelOptions.PACKED)
  @Nullable Path packed;

  @Option(
      names = "--tokens",
      paramLabel = "FILE",
      description = "Let in only who has a token of this file, which the token command makes.")
  @Nullable Path tokens;

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "Encrypt, as whom this certificate says, in PEM; beside --tls-key.")
  @Nullable Path tlsCertificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "The private key of the certificate, in PEM.")
  @Nullable Path tlsKey;

  @Option(
      names = "--tls-clients",
      paramLabel = "FILE",
      description = "Let in only who has a certificate from one of these authorities, in PEM.")
  @Nullable Path tlsClients;

  @Option(
      names = "--insecure",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Listen in plaintext even where other machines can listen in.")
  @Nullable Boolean insecure;

  @Option(
      names = "--origin",
      paramLabel = "URL",
      description =
          "Let pages of this site ask, such as https://app.example; several times for several."
              + " Default: the server's own page only")
  List<String> origins = List.of();

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      description = "Lines for people or for programs: ${COMPLETION-CANDIDATES}. Default: text")
  ServerLog.@Nullable Format logFormat;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "From which level on things are told: ${COMPLETION-CANDIDATES}. Default: info")
  ServerLog.@Nullable Level logLevel;

  @Option(
      names = "--log-prompts",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Tell in the log what was asked for in words, which may be private.")
  @Nullable Boolean logPrompts;
}
