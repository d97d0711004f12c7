package io.diffusion4j.serving.config;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.serving.auth.JwtIssuer;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.ReloadedAccess;
import io.diffusion4j.serving.file.RecordComponents;
import io.diffusion4j.serving.file.SettingsTree;
import io.diffusion4j.serving.file.StrictYaml;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The settings of a server: the one statement of their names, defaults and ranges. The keys of a
 * configuration file are the names of the components in kebab case, or the annotated ones.
 *
 * @param host the name or address to listen on; this machine only by default
 * @param port the port to listen on, 0 to 65535; 0 lets the system choose one
 * @param tls the certificate of the server; empty for plaintext
 * @param insecure whether plaintext is permitted on addresses that other machines can reach;
 *     otherwise a server without TLS listens on loopback addresses only
 * @param hosts the accepted host names, in lower case and without a port. Numeric addresses and
 *     {@code localhost} are always accepted. If empty, a server on a loopback address accepts no
 *     other name, and every other server accepts all names
 * @param origins the sites whose pages may send requests, such as {@code https://app.example};
 *     pages of the server itself always may
 * @param rows the number of images that are drawn at the same time, over all requests; the largest
 *     batch of a network, 1 to 1024
 * @param queueCapacity the number of requests of one principal that may wait, 1 to 100,000
 * @param grace the time for running work to finish at shutdown, at least 0
 * @param receive the time limit for receiving a request, above 0
 * @param stall the time after which a response is dropped if the client reads nothing of it, above
 *     0
 * @param models the models, the default first; for programs that load folders
 * @param loras files of low-rank updates, by their names in requests
 * @param indices folders of indices, by their names in requests
 * @param palette the folder of the user's own pictures; empty for none
 * @param plugins jars with parts of the models
 * @param filters files of filters, which judge the images of all models
 * @param packed a folder for packed weights; empty to keep none
 * @param tokens the file of the tokens; empty if no token is required
 * @param jwt the issuer of JSON Web Tokens; empty if there is none
 * @param quota the quota of principals whose token has none
 * @param limits the limits for all clients together
 * @param apis the names of the HTTP interfaces beside the contract; empty for all on the class path
 * @param metrics whether {@code /metrics} is served
 * @param admin the port for operators; empty for none. It needs tokens
 * @param provenance the keys of marks in the files of images
 * @param tracing the collector of traces; empty for none
 * @param jobs the store of jobs; empty for none
 * @param log the log
 */
public record ServerConfig(
    String host,
    Integer port,
    Optional<ServerTls> tls,
    Boolean insecure,
    Set<String> hosts,
    Set<String> origins,
    Integer rows,
    @JsonProperty("queue") Integer queueCapacity,
    @JsonProperty("grace-seconds") Duration grace,
    @JsonProperty("receive-seconds") Duration receive,
    @JsonProperty("stall-seconds") Duration stall,
    List<ModelEntry> models,
    Map<String, Path> loras,
    Map<String, Path> indices,
    Optional<PaletteSettings> palette,
    List<Path> plugins,
    List<Path> filters,
    Optional<Path> packed,
    Optional<Path> tokens,
    Optional<JwtIssuer> jwt,
    Quota quota,
    Limits limits,
    @JsonAlias("faces") Optional<Set<String>> apis,
    Boolean metrics,
    Optional<AdminSettings> admin,
    ProvenanceFiles provenance,
    Optional<TracingSettings> tracing,
    Optional<JobSettings> jobs,
    LogSettings log) {
  /** The default port. */
  public static final int DEFAULT_PORT = 50051;

  private static final String LOOPBACK = "127.0.0.1";

  /** The largest supported number of rows. */
  private static final int MAX_ROWS = 1024;

  private static final int MAX_WAITING = 100_000;

  private static final int MAX_STEPS = 100_000;

  /**
   * A model to serve, by its folder or its published name.
   *
   * @param path its folder
   * @param published {@code org/name[@revision]} of a published model, in place of a folder
   * @param name the name in requests; its own name by default
   * @param precision the number format of its networks
   */
  public record ModelEntry(
      Optional<Path> path,
      Optional<String> published,
      Optional<String> name,
      NumberFormat precision) {
    /** A number format. */
    public enum NumberFormat {
      /** The format that suits the model and the processor. */
      AUTO,
      F32,
      BF16,
      INT8,
      EXACT
    }

    /** Returns an entry for a folder under its own name, in the format that suits it. */
    public static ModelEntry of(Path folder) {
      return new ModelEntry(
          Optional.of(folder), Optional.empty(), Optional.empty(), NumberFormat.AUTO);
    }

    public ModelEntry {
      precision = precision == null ? NumberFormat.AUTO : precision;
      Check.that(
          path.isPresent() || published.isPresent(),
          "path",
          "none",
          "the folder of the model, or its published name");
      Check.that(
          path.isEmpty() || published.isEmpty(),
          "path",
          path.map(Path::toString).orElse("") + " and " + published.orElse(""),
          "one of them");
    }
  }

  /**
   * A port for operators.
   *
   * @param host the name or address to listen on; this machine only by default
   * @param port the port to listen on; the one after the default port by default
   */
  public record AdminSettings(String host, Integer port) {
    public AdminSettings {
      host = host == null ? LOOPBACK : host;
      port = port == null ? DEFAULT_PORT + 1 : port;
    }
  }

  /**
   * A collector of OpenTelemetry's traces.
   *
   * @param endpoint its endpoint for OTLP over HTTP; that of this machine by default
   * @param ratio the ratio of the requests that are traced where their clients leave it open, in
   *     [0, 1]; 1 by default
   */
  public record TracingSettings(URI endpoint, Double ratio) {
    private static final URI DEFAULT = URI.create("http://localhost:4318");

    public TracingSettings {
      endpoint = endpoint == null ? DEFAULT : endpoint;
      ratio = ratio == null ? 1 : ratio;
      Check.that(
          endpoint.isAbsolute() && endpoint.getHost() != null,
          "endpoint",
          endpoint,
          "a URL such as %s",
          DEFAULT);
      Check.that(ratio >= 0 && ratio <= 1, "ratio", ratio, "in [0, 1]");
    }
  }

  /**
   * The user's own pictures.
   *
   * @param pictures their folder, which also receives the index and the trained updates
   * @param trainSteps the largest number of steps of a training, at most 100,000; 0 by default, for
   *     no training
   */
  public record PaletteSettings(Path pictures, Integer trainSteps) {
    public PaletteSettings {
      Check.that(pictures != null, "pictures", "none", "a folder");
      trainSteps = trainSteps == null ? 0 : trainSteps;
      Check.that(
          trainSteps >= 0 && trainSteps <= MAX_STEPS,
          "train-steps",
          trainSteps,
          "0 to %s",
          MAX_STEPS);
    }
  }

  /**
   * A store of jobs.
   *
   * @param store its file, in SQLite
   * @param keep how long results are kept; a day by default
   * @param webhookSecret the file with the secret of webhooks; empty if none are called
   * @param privateWebhooks whether private addresses may be called
   */
  public record JobSettings(
      Path store,
      @JsonProperty("keep-hours") @JsonDeserialize(converter = StrictYaml.Hours.class)
          Duration keep,
      Optional<Path> webhookSecret,
      Boolean privateWebhooks) {
    public JobSettings {
      Check.that(store != null, "store", "none", "the file of the store");
      keep = keep == null ? Duration.ofDays(1) : keep;
      privateWebhooks = privateWebhooks != null && privateWebhooks;
    }
  }

  /**
   * The log of a server.
   *
   * @param format the format of its lines
   * @param level the lowest logged level
   * @param prompts whether prompts, which may be private, are logged
   */
  public record LogSettings(Format format, Level level, Boolean prompts) {
    /** The format of a line. */
    public enum Format {
      /** Text: the time, the level, the logger, the message, and keys with values. */
      TEXT,

      /** One JSON object, with keys and values at the top level. */
      JSON
    }

    /** The lowest logged level. */
    public enum Level {
      ERROR,
      WARN,
      INFO,
      DEBUG
    }

    public LogSettings {
      format = format == null ? Format.TEXT : format;
      level = level == null ? Level.INFO : level;
      prompts = prompts != null && prompts;
    }
  }

  public ServerConfig {
    host = host == null ? LOOPBACK : host;
    port = port == null ? DEFAULT_PORT : port;
    insecure = insecure != null && insecure;
    hosts = hosts == null ? Set.of() : Set.copyOf(hosts);
    origins = origins == null ? Set.of() : Set.copyOf(origins);
    rows = rows == null ? 16 : rows;
    queueCapacity = queueCapacity == null ? 64 : queueCapacity;
    grace = grace == null ? Duration.ofSeconds(30) : grace;
    receive = receive == null ? Duration.ofMinutes(1) : receive;
    stall = stall == null ? Duration.ofMinutes(1) : stall;
    models = models == null ? List.of() : List.copyOf(models);
    loras = loras == null ? Map.of() : Map.copyOf(loras);
    indices = indices == null ? Map.of() : Map.copyOf(indices);
    plugins = plugins == null ? List.of() : List.copyOf(plugins);
    filters = filters == null ? List.of() : List.copyOf(filters);
    quota = quota == null ? Quota.NONE : quota;
    limits = limits == null ? Limits.defaults() : limits;
    metrics = metrics == null || metrics;
    provenance = provenance == null ? ProvenanceFiles.NONE : provenance;
    log =
        log == null ? new LogSettings(LogSettings.Format.TEXT, LogSettings.Level.INFO, false) : log;
    Check.that(!host.isBlank(), "host", "\"" + host + "\"", "a name or an address");
    Check.that(port >= 0 && port <= 65535, "port", port, "0 to 65535");
    Check.that(rows >= 1 && rows <= MAX_ROWS, "rows", rows, "1 to %s", MAX_ROWS);
    Check.that(
        queueCapacity >= 1 && queueCapacity <= MAX_WAITING,
        "queue",
        queueCapacity,
        "1 to %s",
        MAX_WAITING);
    Check.that(!grace.isNegative(), "grace", grace, "≥ 0");
    Check.that(receive.compareTo(Duration.ZERO) > 0, "receive", receive, "> 0");
    Check.that(stall.compareTo(Duration.ZERO) > 0, "stall", stall, "> 0");
    for (String origin : origins) {
      Check.that(
          origin.matches("https?://[^/\\s*]+"),
          "origins",
          origin,
          "origins such as https://app.example");
    }
    for (String name : hosts) {
      Check.that(
          name.matches("[a-z0-9]([a-z0-9.-]*[a-z0-9])?"),
          "hosts",
          name,
          "names such as draw.example, in small letters, without a port");
    }
    Check.that(
        admin.isEmpty() || tokens.isPresent() || jwt.isPresent(),
        "admin",
        "a port without tokens",
        "tokens, one of them with the role admin");
  }

  /**
   * Returns the default settings: a loopback address, port {@value #DEFAULT_PORT}, 16 rows, 64
   * waiting requests, 30 seconds of grace, a minute to receive a request, and a minute for a client
   * to continue reading a response.
   */
  public static ServerConfig loopback() {
    return RecordComponents.defaults(ServerConfig.class);
  }

  /**
   * Reads a configuration file; see {@link SettingsTree} for overrides of its values.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if a key is unknown or its value is wrong
   */
  public static ServerConfig read(Path file) throws IOException {
    return SettingsTree.read(file).as(ServerConfig.class);
  }

  /** Returns the settings of access. */
  public ReloadedAccess.Settings access() {
    return new ReloadedAccess.Settings(tokens, jwt, quota);
  }

  /**
   * Returns the settings of the operators' port, which has the limits and the TLS of the server.
   */
  public Optional<ServerConfig> operators() {
    return admin.map(port -> withHost(port.host()).withPort(port.port()));
  }

  /** Returns a copy with another host. */
  public ServerConfig withHost(String newHost) {
    return RecordComponents.with(this, "host", newHost);
  }

  /** Returns a copy with another port. */
  public ServerConfig withPort(int newPort) {
    return RecordComponents.with(this, "port", newPort);
  }

  /** Returns a copy with TLS. */
  public ServerConfig withTls(ServerTls newTls) {
    return RecordComponents.with(this, "tls", Optional.of(newTls));
  }

  /** Returns a copy with plaintext permitted or not on reachable addresses. */
  public ServerConfig withInsecure(boolean newInsecure) {
    return RecordComponents.with(this, "insecure", newInsecure);
  }

  /** Returns a copy with other accepted host names. */
  public ServerConfig withHosts(Set<String> newHosts) {
    return RecordComponents.with(this, "hosts", newHosts);
  }

  /** Returns a copy with other accepted origins. */
  public ServerConfig withOrigins(Set<String> newOrigins) {
    return RecordComponents.with(this, "origins", newOrigins);
  }

  /** Returns a copy with another number of rows. */
  public ServerConfig withRows(int newRows) {
    return RecordComponents.with(this, "rows", newRows);
  }

  /** Returns a copy with another queue capacity. */
  public ServerConfig withQueueCapacity(int newQueueCapacity) {
    return RecordComponents.with(this, "queueCapacity", newQueueCapacity);
  }

  /** Returns a copy with another shutdown time. */
  public ServerConfig withGrace(Duration newGrace) {
    return RecordComponents.with(this, "grace", newGrace);
  }

  /** Returns a copy with another time limit for receiving a request. */
  public ServerConfig withReceive(Duration newReceive) {
    return RecordComponents.with(this, "receive", newReceive);
  }

  /** Returns a copy with another time limit for reading a response. */
  public ServerConfig withStall(Duration newStall) {
    return RecordComponents.with(this, "stall", newStall);
  }

  /** Returns a copy with other models. */
  public ServerConfig withModels(List<ModelEntry> newModels) {
    return RecordComponents.with(this, "models", newModels);
  }

  /** Returns a copy with other indices. */
  public ServerConfig withIndices(Map<String, Path> newIndices) {
    return RecordComponents.with(this, "indices", newIndices);
  }

  /** Returns a copy with a file of tokens. */
  public ServerConfig withTokens(Path newTokens) {
    return RecordComponents.with(this, "tokens", Optional.of(newTokens));
  }

  /** Returns a copy with an issuer of tokens. */
  public ServerConfig withJwt(JwtIssuer newJwt) {
    return RecordComponents.with(this, "jwt", Optional.of(newJwt));
  }

  /** Returns a copy with another quota. */
  public ServerConfig withQuota(Quota newQuota) {
    return RecordComponents.with(this, "quota", newQuota);
  }

  /** Returns a copy with other limits. */
  public ServerConfig withLimits(Limits newLimits) {
    return RecordComponents.with(this, "limits", newLimits);
  }

  /** Returns a copy with a port for operators. */
  public ServerConfig withAdmin(AdminSettings newAdmin) {
    return RecordComponents.with(this, "admin", Optional.of(newAdmin));
  }

  /** Returns a copy with prompts logged or not. */
  public ServerConfig withLogPrompts(boolean newLogPrompts) {
    return RecordComponents.with(
        this, "log", new LogSettings(log.format(), log.level(), newLogPrompts));
  }
}
