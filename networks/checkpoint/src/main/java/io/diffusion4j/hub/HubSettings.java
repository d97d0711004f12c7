package io.diffusion4j.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The settings of the Hub, its cache and the user.
 *
 * @param endpoint the base of all addresses, without a slash at the end
 * @param cache the folder with {@code models--ORG--NAME}
 * @param token sent as {@code Authorization: Bearer}, to the endpoint's host alone
 * @param offline whether the network is not used
 * @param metadataTimeout the timeout for the metadata of a file
 * @param downloadTimeout the timeout for the next bytes of a file
 */
public record HubSettings(
    URI endpoint,
    Path cache,
    Optional<String> token,
    boolean offline,
    Duration metadataTimeout,
    Duration downloadTimeout) {
  private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");
  private static final String TIMEOUT = "10";

  /**
   * Reads the environment variables of Python's client: {@code HF_ENDPOINT}, {@code HF_HOME},
   * {@code HF_HUB_CACHE}, {@code HF_TOKEN}, {@code HF_TOKEN_PATH}, {@code HF_HUB_OFFLINE}, {@code
   * HF_HUB_ETAG_TIMEOUT}, {@code HF_HUB_DOWNLOAD_TIMEOUT} and their older names.
   *
   * @param home the user's folder
   * @throws IllegalArgumentException if a variable is invalid
   */
  public static HubSettings of(Map<String, String> environment, Path home) {
    String endpoint = first(environment, "HF_ENDPOINT").orElse("https://huggingface.co");
    Path root =
        first(environment, "HF_HOME")
            .map(path -> expand(path, environment, home))
            .orElseGet(
                () ->
                    first(environment, "XDG_CACHE_HOME")
                        .map(path -> expand(path, environment, home))
                        .orElse(home.resolve(".cache"))
                        .resolve("huggingface"));
    Path cache =
        first(environment, "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE")
            .map(path -> expand(path, environment, home))
            .orElse(root.resolve("hub"));
    Path tokenFile =
        first(environment, "HF_TOKEN_PATH")
            .map(path -> expand(path, environment, home))
            .orElse(root.resolve("token"));
    Optional<String> token =
        first(environment, "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
            .or(() -> read(tokenFile))
            .map(text -> text.replaceAll("[\r\n]", "").strip())
            .filter(text -> !text.isEmpty());
    return new HubSettings(
        uri(endpoint),
        cache,
        token,
        first(environment, "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
            .map(value -> TRUE.contains(value.toUpperCase(Locale.ROOT)))
            .orElse(false),
        seconds(environment, "HF_HUB_ETAG_TIMEOUT"),
        seconds(environment, "HF_HUB_DOWNLOAD_TIMEOUT"));
  }

  private static Optional<String> first(Map<String, String> environment, String... names) {
    return Stream.of(names)
        .map(name -> environment.getOrDefault(name, ""))
        .filter(value -> !value.isBlank())
        .findFirst();
  }

  private static Path expand(String path, Map<String, String> environment, Path home) {
    String expanded = path.equals("~") || path.startsWith("~/") ? home + path.substring(1) : path;
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      expanded =
          expanded
              .replace("${" + variable.getKey() + "}", variable.getValue())
              .replaceAll(
                  "\\$" + Pattern.quote(variable.getKey()) + "(?!\\w)",
                  Matcher.quoteReplacement(variable.getValue()));
    }
    return Path.of(expanded);
  }

  private static URI uri(String endpoint) {
    String bare = endpoint.replaceFirst("/+$", "");
    try {
      URI uri = URI.create(bare);
      if (uri.getHost() != null && Set.of("http", "https").contains(uri.getScheme())) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "HF_ENDPOINT: " + endpoint + " (expected: an http or https address)", e);
    }
    throw new IllegalArgumentException(
        "HF_ENDPOINT: " + endpoint + " (expected: an http or https address)");
  }

  private static Duration seconds(Map<String, String> environment, String name) {
    String value = first(environment, name).filter(text -> !text.equals("0")).orElse(TIMEOUT);
    try {
      return Duration.ofSeconds(Integer.parseUnsignedInt(value.strip()));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: whole seconds)", e);
    }
  }

  private static Optional<String> read(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e, e);
    }
  }

  /** Omits the token, so that it does not get into logs. */
  @Override
  public String toString() {
    return endpoint + ", cache " + cache + (offline ? ", offline" : "");
  }
}
