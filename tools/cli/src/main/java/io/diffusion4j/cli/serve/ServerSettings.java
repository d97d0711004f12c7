package io.diffusion4j.cli.serve;

import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PublishedModel;
import io.diffusion4j.cli.serve.ServerFile.AdminEntry;
import io.diffusion4j.cli.serve.ServerFile.TlsEntry;
import io.diffusion4j.client.tls.CertificateFiles;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.local.ServedModel;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.config.ServerConfig.Reach;
import io.diffusion4j.serving.jwt.JwtIssuer;
import io.diffusion4j.serving.tls.ServerTls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The settings of {@code serve}: from flags, or else from its file, or else defaults. */
record ServerSettings(
    ServerConfig config,
    List<ServedModel> models,
    Map<String, Path> loras,
    Map<String, Path> indices,
    List<Path> plugins,
    List<Path> filters,
    Optional<Path> packed,
    Optional<Path> tokens,
    Optional<JwtIssuer> jwt,
    Quota quota,
    Set<Face> faces,
    boolean metrics,
    Optional<ServerConfig> admin,
    ServerFile.ProvenanceEntry provenance,
    Optional<ServerFile.TracingEntry> tracing,
    ServerFile.JobsEntry jobs,
    ServerLog.Format logFormat,
    ServerLog.Level logLevel) {
  private static final int USUAL_ADMIN_PORT = ServerConfig.DEFAULT_PORT + 1;

  ServerSettings {
    Check.that(!models.isEmpty(), "models", "none", "at least one");
    Check.that(
        admin.isEmpty() || tokens.isPresent() || jwt.isPresent(),
        "admin",
        "a port without tokens",
        "tokens, one of them with the role admin");
    models = List.copyOf(models);
    loras = Map.copyOf(loras);
    indices = Map.copyOf(indices);
    plugins = List.copyOf(plugins);
    faces = Set.copyOf(faces);
    filters = List.copyOf(filters);
  }

  /** Merges the file over the defaults, and the flags over both. */
  static ServerSettings of(ServeFlags flags, ServerFile file) {
    ServerConfig usual = ServerConfig.loopback();
    ServerFile.LogEntry log = first(file.log(), ServerFile.LogEntry.NONE);
    var config =
        usual
            .withHost(first(flags.host, file.host(), usual.host()))
            .withPort(first(flags.port, file.port(), usual.port()))
            .withRows(first(flags.rows, file.rows(), usual.rows()))
            .withQueueCapacity(first(flags.queue, file.queue(), usual.queueCapacity()))
            .withGrace(
                Duration.ofSeconds(
                    first(
                        flags.graceSeconds, file.graceSeconds(), (int) usual.grace().toSeconds())))
            .withReceive(
                Duration.ofSeconds(
                    first(
                        flags.receiveSeconds,
                        file.receiveSeconds(),
                        (int) usual.receive().toSeconds())))
            .withStall(
                Duration.ofSeconds(
                    first(
                        flags.stallSeconds, file.stallSeconds(), (int) usual.stall().toSeconds())))
            .withLogPrompts(first(flags.logPrompts, log.prompts(), usual.logPrompts()))
            .withReach(reach(flags, file))
            .withLimits(
                Optional.ofNullable(file.limits())
                    .map(ServerFile.LimitsEntry::limits)
                    .orElse(usual.limits()));
    return new ServerSettings(
        config,
        models(flags, file),
        flags.loras.isEmpty() ? first(file.loras(), Map.of()) : flags.loras,
        flags.indices.isEmpty() ? first(file.indices(), Map.of()) : flags.indices,
        flags.plugins.isEmpty() ? first(file.plugins(), List.of()) : flags.plugins,
        flags.filters.isEmpty() ? first(file.filters(), List.of()) : flags.filters,
        either(flags.packed, file.packed()),
        either(flags.tokens, file.tokens()),
        Optional.ofNullable(file.jwt()).map(JwtEntry::toIssuer),
        Optional.ofNullable(file.quota()).map(ServerFile.QuotaEntry::quota).orElse(Quota.NONE),
        first(file.faces(), Face.all()),
        first(file.metrics(), true),
        admin(flags, file, config),
        first(file.provenance(), ServerFile.ProvenanceEntry.NONE),
        Optional.ofNullable(file.tracing()),
        first(file.jobs(), ServerFile.JobsEntry.NONE),
        first(flags.logFormat, log.format(), ServerLog.Format.TEXT),
        first(flags.logLevel, log.level(), ServerLog.Level.INFO));
  }

  /** Returns the operators' port, with the limits and the TLS of the server. */
  private static Optional<ServerConfig> admin(
      ServeFlags flags, ServerFile file, ServerConfig config) {
    if (flags.adminPort == null && file.admin() == null) {
      return Optional.empty();
    }
    AdminEntry entry = first(file.admin(), AdminEntry.NONE);
    return Optional.of(
        config
            .withHost(first(entry.host(), ServerConfig.loopback().host()))
            .withPort(first(flags.adminPort, entry.port(), USUAL_ADMIN_PORT)));
  }

  private static Reach reach(ServeFlags flags, ServerFile file) {
    List<String> origins =
        flags.origins.isEmpty() ? first(file.origins(), List.of()) : flags.origins;
    boolean insecure = first(flags.insecure, file.insecure(), Reach.LOCAL.insecure());
    return new Reach(
        tls(flags, first(file.tls(), TlsEntry.NONE)),
        insecure,
        Set.copyOf(first(file.hosts(), List.of())),
        Set.copyOf(origins));
  }

  private static Optional<ServerTls> tls(ServeFlags flags, TlsEntry said) {
    Optional<Path> certificate = either(flags.tlsCertificate, said.certificate());
    Optional<Path> key = either(flags.tlsKey, said.key());
    Optional<Path> clients = either(flags.tlsClients, said.clients());
    if (certificate.isEmpty() && key.isEmpty() && clients.isEmpty()) {
      return Optional.empty();
    }
    if (certificate.isEmpty() || key.isEmpty()) {
      throw new IllegalArgumentException(
          "tls: without a "
              + (certificate.isEmpty() ? "certificate" : "key")
              + " (expected: a certificate and its key)");
    }
    return Optional.of(new ServerTls(new CertificateFiles(certificate.get(), key.get()), clients));
  }

  private static <T> Optional<T> either(@Nullable T given, @Nullable T said) {
    return Optional.ofNullable(given).or(() -> Optional.ofNullable(said));
  }

  private static List<ServedModel> models(ServeFlags flags, ServerFile file) {
    ModelOptions.FormatChoice format = first(flags.precision, ModelOptions.FormatChoice.auto);
    List<ServerFile.ModelEntry> entries = file.models();
    if (flags.models.isEmpty() && entries != null) {
      return entries.stream()
          .map(
              entry ->
                  new ServedModel(
                      entry.folder(flags.pull),
                      Optional.ofNullable(entry.name()),
                      first(flags.precision, entry.precision(), format).precision))
          .toList();
    }
    List<Path> folders =
        flags.models.isEmpty()
            ? List.of(ModelOptions.defaultFolder())
            : flags.models.stream()
                .map(folder -> PublishedModel.folder(folder, flags.pull))
                .toList();
    return folders.stream()
        .map(folder -> new ServedModel(folder, Optional.empty(), format.precision))
        .toList();
  }

  private static <T> T first(@Nullable T given, T otherwise) {
    return given != null ? given : otherwise;
  }

  private static <T> T first(@Nullable T given, @Nullable T said, T otherwise) {
    return first(given, first(said, otherwise));
  }
}
