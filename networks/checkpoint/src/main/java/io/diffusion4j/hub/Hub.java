package io.diffusion4j.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Published models: found in the shared cache, or downloaded to it.
 *
 * <p>The cache is shared with Python's tools in both directions. The size and hash of each file are
 * checked, SHA-256 for large files and git's SHA-1 for small ones. An interrupted download resumes,
 * in the same run or in a later one.
 */
public final class Hub {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int AT_A_TIME = 2;
  private static final int CHUNK = 1 << 20;
  private static final int TRIES = 5;

  private final HubSettings settings;
  private final HubClient client;
  private final HubClient.Pause pause;

  /** Observes the progress; called by several threads. */
  @FunctionalInterface
  public interface Listener {
    /** Called when bytes of a file were received, or existed already. */
    void received(HubFile file, long bytes);
  }

  /**
   * The plan of a download.
   *
   * @param repo the model at a commit
   * @param folder of the model
   * @param files all files that its loader needs
   * @param missing the files to download
   */
  public record Plan(RepoName repo, Path folder, List<HubFile> files, List<HubFile> missing) {
    /** Returns the number of bytes to download. */
    public long missingBytes() {
      return missing.stream().mapToLong(HubFile::size).sum();
    }
  }

  /** Creates a client of the Hub that uses the proxies in the environment. */
  public Hub(HubSettings settings, Map<String, String> environment) {
    this(
        settings,
        HttpClient.newBuilder()
            .connectTimeout(settings.metadataTimeout())
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(new EnvironmentProxies(environment))
            .build(),
        seconds -> Thread.sleep(seconds * 1_000));
  }

  Hub(HubSettings settings, HttpClient http, HubClient.Pause pause) {
    this.settings = settings;
    this.client = new HubClient(settings, http, pause);
    this.pause = pause;
  }

  /**
   * Returns the folder of a complete model in the cache, without network access.
   *
   * @throws HubException if it is missing or incomplete
   */
  public Path cached(RepoName repo, Optional<String> variant) {
    var cache = new HubCache(settings.cache(), repo);
    String commit =
        (repo.isPinned() ? Optional.of(repo.revision()) : cache.commit(repo.revision()))
            .filter(known -> Files.isDirectory(cache.snapshot(known)))
            .orElseThrow(
                () ->
                    HubException.refused(
                        "%s: not in the cache %s (expected: a model that was pulled)"
                            .formatted(repo, settings.cache())));
    Path folder = cache.snapshot(commit);
    cache
        .tree(commit)
        .ifPresent(
            all ->
                HubFiles.choose(all, components(folder), variant).stream()
                    .filter(file -> !cache.has(commit, file))
                    .findFirst()
                    .ifPresent(
                        file -> {
                          throw HubException.refused(
                              "%s: %s is not in the cache (expected: a complete model; pull it)"
                                  .formatted(repo.at(commit), file.path()));
                        }));
    return folder;
  }

  /**
   * Plans the download of a model. If the Hub cannot be reached, or in offline mode, the plan is
   * for a complete model in the cache.
   *
   * @param variant the variant of the weights, such as {@code fp16}
   * @throws HubException if there is no such model, or access is denied
   */
  public Plan plan(RepoName repo, Optional<String> variant) {
    var cache = new HubCache(settings.cache(), repo);
    if (settings.offline()) {
      return complete(repo, variant);
    }
    try {
      String commit = repo.isPinned() ? repo.revision() : client.commit(repo);
      RepoName pinned = repo.at(commit);
      List<HubFile> all = cache.tree(commit).orElseGet(() -> client.files(pinned));
      List<HubFile> files = HubFiles.choose(all, index(pinned, cache, all), variant);
      if (files.isEmpty()) {
        throw HubException.refused(pinned + ": no files that a loader reads");
      }
      List<HubFile> missing = files.stream().filter(file -> !cache.has(commit, file)).toList();
      if (!missing.isEmpty()) {
        cache.prepare();
        cache.setTree(commit, all);
        if (!repo.isPinned()) {
          cache.setCommit(repo.revision(), commit);
        }
      }
      return new Plan(pinned, cache.snapshot(commit), files, missing);
    } catch (HubException e) {
      if (e.isFinal()) {
        throw e;
      }
      try {
        return complete(repo, variant);
      } catch (HubException notCached) {
        throw HubException.unreachable(e.getMessage() + "; " + notCached.getMessage());
      }
    }
  }

  private Plan complete(RepoName repo, Optional<String> variant) {
    Path folder = cached(repo, variant);
    return new Plan(repo.at("" + folder.getFileName()), folder, List.of(), List.of());
  }

  /** Returns the components of a pipeline, after downloading its index. */
  private Set<String> index(RepoName repo, HubCache cache, List<HubFile> all) {
    Optional<HubFile> index =
        all.stream().filter(file -> file.path().equals("model_index.json")).findFirst();
    if (index.isPresent() && !cache.has(repo.revision(), index.get())) {
      cache.prepare();
      fetch(repo, cache, index.get(), (file, bytes) -> {});
    }
    return components(cache.snapshot(repo.revision()));
  }

  private static Set<String> components(Path folder) {
    Path index = folder.resolve("model_index.json");
    if (!Files.isRegularFile(index)) {
      return Set.of();
    }
    try {
      var names = new TreeSet<String>();
      JSON.readTree(index.toFile())
          .properties()
          .forEach(
              entry -> {
                JsonNode value = entry.getValue();
                if (value.isArray() && value.size() == 2 && !value.get(0).isNull()) {
                  names.add(entry.getKey());
                }
              });
      return names;
    } catch (JsonProcessingException e) {
      throw HubException.refused(index + ": not JSON");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + index + ": " + e, e);
    }
  }

  /**
   * Downloads the missing files, two at a time.
   *
   * @return the model's folder
   * @throws HubException if a file cannot be downloaded, or has a wrong hash
   */
  public Path pull(Plan plan, Listener listener) {
    if (plan.missing().isEmpty()) {
      return plan.folder();
    }
    var cache = new HubCache(settings.cache(), plan.repo());
    requireSpace(plan);
    ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
    try {
      List<Future<?>> downloads =
          plan.missing().stream()
              .<Future<?>>map(
                  file -> threads.submit(() -> fetch(plan.repo(), cache, file, listener)))
              .toList();
      for (Future<?> download : downloads) {
        download.get();
      }
      return plan.folder();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw HubException.unreachable("interrupted while bringing " + plan.repo());
    } finally {
      threads.shutdownNow();
    }
  }

  private void requireSpace(Plan plan) {
    try {
      long free = Files.getFileStore(settings.cache()).getUsableSpace();
      if (free < plan.missingBytes()) {
        throw HubException.refused(
            "%s: %,d bytes to download (expected: ≤ %,d, the free space at %s)"
                .formatted(plan.repo(), plan.missingBytes(), free, settings.cache()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot ask for the space at " + settings.cache(), e);
    }
  }

  private void fetch(RepoName repo, HubCache cache, HubFile file, Listener listener) {
    cache.exclusively(file, () -> bring(repo, cache, file, listener));
    cache.link(repo.revision(), file);
  }

  private void bring(RepoName repo, HubCache cache, HubFile file, Listener listener) {
    if (cache.has(file)) {
      listener.received(file, file.size());
    } else {
      download(repo, cache, file, listener);
      verify(repo, cache.partial(file), file);
      cache.keep(file);
    }
  }

  private void download(RepoName repo, HubCache cache, HubFile file, Listener listener) {
    Path partial = cache.partial(file);
    try {
      long have = Files.exists(partial) ? Files.size(partial) : 0;
      if (have > file.size()) {
        Files.delete(partial);
        have = 0;
      }
      listener.received(file, have);
      int tries = 0;
      boolean restarted = false;
      while (have < file.size() || !Files.exists(partial)) {
        long before = have;
        have = append(repo, file, partial, have, listener);
        if (have < 0) {
          if (restarted) {
            throw HubException.refused(
                "%s: %s ends before its %d bytes".formatted(repo, file.path(), file.size()));
          }
          restarted = true;
          have = 0;
          continue;
        }
        tries = have > before ? 0 : tries + 1;
        if (have < file.size()) {
          if (tries == TRIES) {
            throw HubException.unreachable(
                "%s: %s ended at %d of %d bytes, and no more came"
                    .formatted(repo, file.path(), have, file.size()));
          }
          pause.seconds(1);
        }
      }
      if (have != file.size()) {
        Files.delete(partial);
        throw HubException.refused(
            "%s: %s: %d bytes (expected: %d)".formatted(repo, file.path(), have, file.size()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw HubException.unreachable("interrupted while bringing " + file.path());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + partial + ": " + e, e);
    }
  }

  /**
   * Appends the received bytes and returns the new length of the file; a broken connection is not
   * an error. Negative if the Hub's file is shorter than the partial file, which is then deleted.
   */
  private long append(RepoName repo, HubFile file, Path partial, long have, Listener listener)
      throws IOException {
    HttpResponse<InputStream> answer = client.open(repo, file, have);
    long length = have;
    try (InputStream body = new WatchedBody(answer.body(), settings.downloadTimeout())) {
      if (answer.statusCode() == 416) {
        Files.deleteIfExists(partial);
        listener.received(file, -have);
        return -1;
      }
      if (answer.statusCode() == 200 && have > 0) {
        listener.received(file, -have);
        length = 0;
      }
      try (OutputStream out =
          Files.newOutputStream(
              partial,
              StandardOpenOption.CREATE,
              length == 0 ? StandardOpenOption.TRUNCATE_EXISTING : StandardOpenOption.APPEND)) {
        byte[] chunk = new byte[CHUNK];
        for (int count; length <= file.size() && (count = read(body, chunk)) >= 0; ) {
          out.write(chunk, 0, count);
          length += count;
          listener.received(file, count);
        }
      }
    }
    return length;
  }

  /** Returns the next bytes; none after a broken connection, which the length reveals. */
  private static int read(InputStream body, byte[] chunk) {
    try {
      return body.read(chunk);
    } catch (IOException cut) {
      return -1;
    }
  }

  private static void verify(RepoName repo, Path partial, HubFile file) {
    try {
      boolean large = file.etag().length() == 64;
      MessageDigest digest = MessageDigest.getInstance(large ? "SHA-256" : "SHA-1");
      if (!large) {
        digest.update(("blob " + file.size() + "\0").getBytes(StandardCharsets.UTF_8));
      }
      try (InputStream in = Files.newInputStream(partial)) {
        byte[] chunk = new byte[CHUNK];
        for (int count; (count = in.read(chunk)) >= 0; ) {
          digest.update(chunk, 0, count);
        }
      }
      String hash = HexFormat.of().formatHex(digest.digest());
      if (!hash.equals(file.etag())) {
        Files.delete(partial);
        throw HubException.refused(
            "%s: %s: hash %s (expected: %s); the download is deleted"
                .formatted(repo, file.path(), hash, file.etag()));
      }
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + partial + ": " + e, e);
    }
  }

  /** {@code HTTP_PROXY}, {@code HTTPS_PROXY} and {@code NO_PROXY}, in capitals or not. */
  static final class EnvironmentProxies extends ProxySelector {
    private static final int DEFAULT_PORT = 8080;

    private final Map<String, String> environment;

    EnvironmentProxies(Map<String, String> environment) {
      this.environment = environment;
    }

    @Override
    public List<Proxy> select(URI uri) {
      String proxy = value(uri.getScheme() + "_proxy");
      if (proxy.isEmpty() || isExcepted(uri.getHost())) {
        return List.of(Proxy.NO_PROXY);
      }
      URI address = URI.create(proxy.contains("://") ? proxy : "http://" + proxy);
      int port = address.getPort() < 0 ? DEFAULT_PORT : address.getPort();
      return List.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(address.getHost(), port)));
    }

    private boolean isExcepted(String host) {
      return Arrays.stream(value("no_proxy").split(","))
          .map(String::strip)
          .filter(each -> !each.isEmpty())
          .map(each -> each.replaceFirst("^\\*?\\.", ""))
          .anyMatch(each -> each.equals("*") || host.equals(each) || host.endsWith("." + each));
    }

    private String value(String name) {
      String lower = environment.getOrDefault(name, "");
      return lower.isEmpty() ? environment.getOrDefault(name.toUpperCase(Locale.ROOT), "") : lower;
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
      // The request itself fails with an error.
    }
  }
}
