package io.diffusion4j.cli.serve;

import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.ProvenanceOptions;
import io.diffusion4j.cli.options.PublishedModel;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.serving.address.AddressRate;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.config.Limits;
import io.diffusion4j.serving.config.StoreLimits;
import io.diffusion4j.serving.tls.ServerTls;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The configuration file of a server; missing values are null. Paths are as in the file, relative
 * to its folder.
 *
 * @param host the name or address to listen on
 * @param port the port to listen on
 * @param rows the number of images drawn at once
 * @param queue the number of requests that may wait
 * @param graceSeconds the time for running requests to finish at shutdown
 * @param receiveSeconds the time limit for receiving a request
 * @param stallSeconds the time after which a client that does not read its response is disconnected
 * @param models the models, the default first
 * @param loras files of low-rank updates, by their names in requests
 * @param indices folders of indices, by their names in requests
 * @param plugins jars with parts of the models
 * @param filters files of filters, which judge the images of all models
 * @param packed a folder for packed weights; without it none are kept
 * @param tls the encryption; null for plaintext
 * @param insecure whether plaintext is allowed on addresses that other machines can reach
 * @param hosts the host names allowed in requests
 * @param origins the other sites whose pages may send requests
 * @param tokens the file of the tokens, a {@link TokenFile}; null if no token is required
 * @param jwt the issuer of JSON Web Tokens; null if there is none
 * @param quota the quota of principals whose token has none
 * @param faces the ways in beside the contract; all unless given
 * @param metrics whether {@code /metrics} is served
 * @param limits the limits of all clients together
 * @param admin the port for operators; null if there is none
 * @param provenance how the files of images are marked
 * @param tracing where traces go; null for nowhere
 * @param jobs the store of jobs; null if the server has none
 * @param log settings of the log
 */
record ServerFile(
    @Nullable String host,
    @Nullable Integer port,
    @Nullable Integer rows,
    @Nullable Integer queue,
    @Nullable Integer graceSeconds,
    @Nullable Integer receiveSeconds,
    @Nullable Integer stallSeconds,
    @Nullable List<ModelEntry> models,
    @Nullable Map<String, Path> loras,
    @Nullable Map<String, Path> indices,
    @Nullable List<Path> plugins,
    @Nullable List<Path> filters,
    @Nullable Path packed,
    @Nullable TlsEntry tls,
    @Nullable Boolean insecure,
    @Nullable List<String> hosts,
    @Nullable List<String> origins,
    @Nullable Path tokens,
    @Nullable JwtEntry jwt,
    @Nullable QuotaEntry quota,
    @Nullable Set<Face> faces,
    @Nullable Boolean metrics,
    @Nullable LimitsEntry limits,
    @Nullable AdminEntry admin,
    @Nullable ProvenanceEntry provenance,
    @Nullable TracingEntry tracing,
    @Nullable JobsEntry jobs,
    @Nullable LogEntry log) {
  /** An empty file. */
  static final ServerFile NONE =
      new ServerFile(
          null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
          null, null, null, null, null, null, null, null, null, null, null, null, null);

  /**
   * A model.
   *
   * @param path its folder
   * @param published {@code org/name[@revision]} of a published model, in place of a folder
   * @param name the name in requests; its own name unless given
   * @param precision the number format of its networks
   */
  record ModelEntry(
      @Nullable Path path,
      @Nullable String published,
      @Nullable String name,
      ModelOptions.@Nullable FormatChoice precision) {
    /**
     * Returns the same section with an absolute path.
     *
     * @throws IllegalArgumentException if the model is given in neither way, or in both
     */
    ModelEntry from(Path folder) {
      if (path == null && published == null) {
        throw Check.refusal("models", "one without path", "the folder of each");
      }
      Check.that(
          path == null || published == null, "models", path + " and " + published, "one of them");
      return new ModelEntry(path == null ? null : folder.resolve(path), published, name, precision);
    }

    /**
     * Returns the folder.
     *
     * @param pull whether missing files of a published model are downloaded
     */
    Path folder(boolean pull) {
      return path != null ? path : PublishedModel.folder(Path.of(String.valueOf(published)), pull);
    }
  }

  /**
   * The files of a {@link ServerTls}, in PEM.
   *
   * @param certificate the certificate of the server, and those that lead to its authority
   * @param key the key of the certificate
   * @param clients the authorities of the clients; without it they need no certificates
   */
  record TlsEntry(@Nullable Path certificate, @Nullable Path key, @Nullable Path clients) {
    static final TlsEntry NONE = new TlsEntry(null, null, null);

    TlsEntry from(Path folder) {
      return new TlsEntry(from(folder, certificate), from(folder, key), from(folder, clients));
    }

    private static @Nullable Path from(Path folder, @Nullable Path file) {
      return file == null ? null : folder.resolve(file);
    }
  }

  /**
   * The port for operators.
   *
   * @param host the name or address to listen on; this machine only unless given
   * @param port the port to listen on
   */
  record AdminEntry(@Nullable String host, @Nullable Integer port) {
    static final AdminEntry NONE = new AdminEntry(null, null);
  }

  /**
   * The keys of marks in the files of images.
   *
   * @param key signs pixels and recipes
   * @param watermark the secret of the invisible watermark
   * @param certificate the certificate of C2PA manifests
   * @param certificateKey the key of the certificate
   */
  record ProvenanceEntry(
      @Nullable Path key,
      @Nullable Path watermark,
      @Nullable Path certificate,
      @Nullable Path certificateKey) {
    static final ProvenanceEntry NONE = new ProvenanceEntry(null, null, null, null);

    ProvenanceEntry from(Path folder) {
      return new ProvenanceEntry(
          TlsEntry.from(folder, key),
          TlsEntry.from(folder, watermark),
          TlsEntry.from(folder, certificate),
          TlsEntry.from(folder, certificateKey));
    }

    /** Reads the keys; see {@link ProvenanceOptions#read}. */
    Provenance read() throws IOException {
      return ProvenanceOptions.read(key, watermark, certificate, certificateKey);
    }
  }

  /**
   * Traces of OpenTelemetry.
   *
   * @param endpoint the endpoint of a collector that takes OTLP over HTTP; that of this machine
   *     unless given
   * @param ratio the ratio of the requests that are traced where their clients leave it open, in
   *     [0, 1]
   */
  record TracingEntry(@Nullable URI endpoint, @Nullable Double ratio) {
    private static final URI USUAL = URI.create("http://localhost:4318");

    TracingEntry {
      endpoint = endpoint == null ? USUAL : endpoint;
      ratio = ratio == null ? 1 : ratio;
      Check.that(
          endpoint.isAbsolute() && endpoint.getHost() != null,
          "tracing.endpoint",
          endpoint,
          "a URL such as %s",
          USUAL);
      Check.that(ratio >= 0 && ratio <= 1, "tracing.ratio", ratio, "in [0, 1]");
    }
  }

  /**
   * The store of jobs.
   *
   * @param store its file, in SQLite
   * @param keepHours how long results are kept; a day unless given
   * @param webhookSecret the file with the secret of webhooks; null if none are called
   * @param privateWebhooks whether private addresses may be called
   */
  record JobsEntry(
      @Nullable Path store,
      @Nullable Integer keepHours,
      @Nullable Path webhookSecret,
      @Nullable Boolean privateWebhooks) {
    static final JobsEntry NONE = new JobsEntry(null, null, null, null);

    JobsEntry from(Path folder) {
      return new JobsEntry(
          TlsEntry.from(folder, store),
          keepHours,
          TlsEntry.from(folder, webhookSecret),
          privateWebhooks);
    }
  }

  /** The values of {@link Limits}; null stands for the default. */
  record LimitsEntry(
      @Nullable Integer bodyMegabytes,
      @Nullable Integer jobMegabytes,
      @Nullable Integer jobStoreMegabytes,
      @Nullable Integer principalStoreMegabytes,
      @Nullable Integer connections,
      @Nullable Double requestCost,
      @Nullable Integer callSeconds,
      @Nullable AddressEntry address) {
    Limits limits() {
      Limits usual = Limits.usual();
      return new Limits(
          bodyMegabytes == null ? usual.bodyBytes() : (long) bodyMegabytes << 20,
          jobMegabytes == null ? usual.jobBytes() : (long) jobMegabytes << 20,
          Objects.requireNonNullElse(connections, usual.connections()),
          Objects.requireNonNullElse(requestCost, usual.requestCost()),
          callSeconds == null ? usual.call() : Duration.ofSeconds(callSeconds),
          Optional.ofNullable(address).map(AddressEntry::rate),
          new StoreLimits(
              jobStoreMegabytes == null ? usual.store().bytes() : (long) jobStoreMegabytes << 20,
              principalStoreMegabytes == null
                  ? usual.store().ownerBytes()
                  : (long) principalStoreMegabytes << 20));
    }
  }

  /**
   * The values of an {@link AddressRate}.
   *
   * @param requestsPerMinute required
   * @param burst a fifth of them unless given
   * @param proxies none unless given
   */
  record AddressEntry(
      @Nullable Integer requestsPerMinute,
      @Nullable Integer burst,
      @Nullable List<String> proxies) {
    private static final int USUAL_SHARE = 5;

    AddressRate rate() {
      if (requestsPerMinute == null) {
        throw Check.refusal("limits.address.requests-per-minute", "none", "a number ≥ 1");
      }
      return new AddressRate(
          requestsPerMinute,
          burst == null ? Math.max(1, requestsPerMinute / USUAL_SHARE) : burst,
          proxies == null ? Set.of() : Set.copyOf(proxies));
    }
  }

  /** The values of a {@link Quota}; null stands for no limit. */
  record QuotaEntry(
      @Nullable Integer imagesPerMinute,
      @Nullable Integer embeddingsPerMinute,
      @Nullable Integer costPerMinute,
      @Nullable Integer unfinishedRequests) {
    QuotaEntry {
      quota(
          imagesPerMinute,
          embeddingsPerMinute,
          costPerMinute,
          unfinishedRequests); // says what is wrong with it
    }

    /** Returns the entry of a quota. */
    static QuotaEntry of(Quota quota) {
      return new QuotaEntry(
          limit(quota.imagesPerMinute()),
          limit(quota.embeddingsPerMinute()),
          limit(quota.costPerMinute()),
          limit(quota.unfinishedRequests()));
    }

    private static @Nullable Integer limit(int limit) {
      return limit == Integer.MAX_VALUE ? null : limit;
    }

    Quota quota() {
      return quota(imagesPerMinute, embeddingsPerMinute, costPerMinute, unfinishedRequests);
    }

    private static Quota quota(
        @Nullable Integer imagesPerMinute,
        @Nullable Integer embeddingsPerMinute,
        @Nullable Integer costPerMinute,
        @Nullable Integer unfinishedRequests) {
      return new Quota(
          Objects.requireNonNullElse(imagesPerMinute, Quota.NONE.imagesPerMinute()),
          Objects.requireNonNullElse(embeddingsPerMinute, Quota.NONE.embeddingsPerMinute()),
          Objects.requireNonNullElse(costPerMinute, Quota.NONE.costPerMinute()),
          Objects.requireNonNullElse(unfinishedRequests, Quota.NONE.unfinishedRequests()));
    }
  }

  /**
   * The log.
   *
   * @param format the format of its lines
   * @param level the lowest logged level
   * @param prompts whether prompts are logged
   */
  record LogEntry(
      ServerLog.@Nullable Format format,
      ServerLog.@Nullable Level level,
      @Nullable Boolean prompts) {
    static final LogEntry NONE = new LogEntry(null, null, null);
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if a key is unknown or its value is wrong
   */
  static ServerFile read(Path file) throws IOException {
    ServerFile read = StrictYaml.read(file, ServerFile.class);
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw Check.refusal("config", file, "a file in a folder");
    }
    return read.from(folder);
  }

  private static @Nullable Map<String, Path> from(Path folder, @Nullable Map<String, Path> named) {
    return named == null
        ? null
        : named.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, e -> folder.resolve(e.getValue())));
  }

  /** Returns the same section with absolute paths. */
  private ServerFile from(Path folder) {
    return new ServerFile(
        host,
        port,
        rows,
        queue,
        graceSeconds,
        receiveSeconds,
        stallSeconds,
        models == null ? null : models.stream().map(m -> m.from(folder)).toList(),
        from(folder, loras),
        from(folder, indices),
        plugins == null ? null : plugins.stream().map(folder::resolve).toList(),
        filters == null ? null : filters.stream().map(folder::resolve).toList(),
        packed == null ? null : folder.resolve(packed),
        tls == null ? null : tls.from(folder),
        insecure,
        hosts,
        origins,
        tokens == null ? null : folder.resolve(tokens),
        jwt == null ? null : jwt.from(folder),
        quota,
        faces,
        metrics,
        limits,
        admin,
        provenance == null ? null : provenance.from(folder),
        tracing,
        jobs == null ? null : jobs.from(folder),
        log);
  }
}
