package io.diffusion4j.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Sends requests to the Hub, with its own handling of redirects, retries and error messages. */
final class HubClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<Integer> AGAIN = Set.of(408, 429, 500, 502, 503, 504);
  private static final int[] WAITS = {1, 2, 4, 8, 8};
  private static final int MAX_REDIRECTS = 5;
  private static final int MAX_WAIT = 300;
  private static final Pattern NEXT = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"next\"");
  private static final Pattern RESET = Pattern.compile(".*;\\s*t=(\\d+).*");

  private final HubSettings settings;
  private final HttpClient http;
  private final Pause pause;

  /** Waits, in seconds; of a test, less. */
  @FunctionalInterface
  interface Pause {
    void seconds(long seconds) throws InterruptedException;
  }

  HubClient(HubSettings settings, HttpClient http, Pause pause) {
    this.settings = settings;
    this.http = http;
    this.pause = pause;
  }

  /** Returns the commit that a revision is now. */
  String commit(RepoName repo) {
    JsonNode sha =
        json(repo, api(repo, "/revision/" + encode(repo.revision())), settings.metadataTimeout())
            .body()
            .path("sha");
    if (!RepoName.isCommit(sha.asText())) {
      throw HubException.refused(
          repo + ": commit " + sha.asText() + " (expected: 40 hex digits; is this the Hub?)");
    }
    return sha.asText();
  }

  /** Returns all files of a commit. */
  List<HubFile> files(RepoName repo) {
    var files = new ArrayList<HubFile>();
    Optional<URI> page =
        Optional.of(api(repo, "/tree/" + encode(repo.revision()) + "?recursive=true&expand=false"));
    while (page.isPresent()) {
      Answer answer = json(repo, page.get(), settings.metadataTimeout());
      for (JsonNode entry : answer.body()) {
        if (entry.path("type").asText().equals("file")) {
          Optional<String> sha256 =
              Optional.ofNullable(entry.get("lfs")).map(lfs -> lfs.path("oid").asText());
          files.add(
              new HubFile(
                  entry.path("path").asText(),
                  entry.path("size").asLong(-1),
                  sha256.orElse(entry.path("oid").asText()),
                  sha256));
        }
      }
      page = answer.next();
    }
    return files;
  }

  /**
   * Requests the bytes of a file from an offset on; the status of the response is 200, 206 or 416.
   */
  HttpResponse<InputStream> open(RepoName repo, HubFile file, long offset) {
    String path =
        Arrays.stream(file.path().split("/"))
            .map(HubClient::encode)
            .collect(Collectors.joining("/"));
    URI place =
        URI.create(
            settings.endpoint()
                + "/"
                + repo.name()
                + "/resolve/"
                + encode(repo.revision())
                + "/"
                + path);
    for (int tries = 0; ; tries++) {
      HttpResponse<InputStream> answer =
          follow(place, offset, settings.downloadTimeout(), BodyHandlers.ofInputStream());
      int status = answer.statusCode();
      if (status == 200 || status == 206 || status == 416) {
        return answer;
      }
      close(answer.body());
      if (!AGAIN.contains(status) || tries == WAITS.length) {
        throw explain(repo, file.path(), answer);
      }
      await(answer, WAITS[tries]);
    }
  }

  private static void close(InputStream body) {
    try {
      body.close();
    } catch (IOException e) {
      throw HubException.unreachable("cannot end an answer: " + e);
    }
  }

  private record Answer(JsonNode body, Optional<URI> next) {}

  private Answer json(RepoName repo, URI uri, Duration timeout) {
    for (int tries = 0; ; tries++) {
      HttpResponse<String> answer;
      try {
        answer = follow(uri, 0, timeout, BodyHandlers.ofString());
      } catch (HubException e) {
        if (e.isFinal() || tries == WAITS.length) {
          throw e;
        }
        await(WAITS[tries]);
        continue;
      }
      if (answer.statusCode() == 200) {
        Optional<URI> next =
            answer
                .headers()
                .firstValue("Link")
                .map(NEXT::matcher)
                .filter(Matcher::find)
                .map(link -> uri.resolve(link.group(1)));
        return new Answer(parse(repo, answer.body()), next);
      }
      if (!AGAIN.contains(answer.statusCode()) || tries == WAITS.length) {
        throw explain(repo, "", answer);
      }
      await(answer, WAITS[tries]);
    }
  }

  private static JsonNode parse(RepoName repo, String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw HubException.refused(repo + ": an answer that is not JSON (is this the Hub?)");
    }
  }

  /** Follows redirects; the token goes to the endpoint's host and port alone. */
  private <T> HttpResponse<T> follow(
      URI from, long offset, Duration timeout, HttpResponse.BodyHandler<T> body) {
    URI uri = from;
    for (int i = 0; i <= MAX_REDIRECTS; i++) {
      HttpResponse<T> answer = send(uri, offset, timeout, body);
      Optional<String> location = answer.headers().firstValue("Location");
      if (answer.statusCode() / 100 != 3 || location.isEmpty()) {
        return answer;
      }
      uri = uri.resolve(location.get());
    }
    throw HubException.refused(from + ": more than " + MAX_REDIRECTS + " redirects");
  }

  private <T> HttpResponse<T> send(
      URI uri, long offset, Duration timeout, HttpResponse.BodyHandler<T> body) {
    var request =
        HttpRequest.newBuilder(uri)
            .timeout(timeout)
            .header("User-Agent", "diffusion4j")
            .header("Accept-Encoding", "identity");
    if (offset > 0) {
      request.header("Range", "bytes=" + offset + "-");
    }
    boolean ours =
        settings.endpoint().getAuthority().equals(uri.getAuthority())
            && settings.endpoint().getScheme().equals(uri.getScheme());
    settings
        .token()
        .filter(token -> ours)
        .ifPresent(token -> request.header("Authorization", "Bearer " + token));
    try {
      return http.send(request.build(), body);
    } catch (IOException e) {
      throw HubException.unreachable("cannot reach " + uri.getHost() + ": " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw HubException.unreachable("interrupted while asking " + uri.getHost());
    }
  }

  private void await(HttpResponse<?> answer, int otherwise) {
    Optional<Long> asked =
        Stream.of("RateLimit", "Retry-After")
            .flatMap(name -> answer.headers().firstValue(name).stream())
            .map(value -> RESET.matcher(value).replaceFirst("$1").strip())
            .filter(value -> value.matches("\\d{1,9}"))
            .map(Long::parseLong)
            .findFirst();
    await(asked.map(seconds -> Math.min(seconds + 1, MAX_WAIT)).orElse((long) otherwise));
  }

  private void await(long seconds) {
    try {
      pause.seconds(seconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw HubException.unreachable("interrupted while waiting for the Hub");
    }
  }

  private HubException explain(RepoName repo, String path, HttpResponse<?> answer) {
    String code = answer.headers().firstValue("X-Error-Code").orElse("");
    String words = answer.headers().firstValue("X-Error-Message").orElse("");
    String said = words.isEmpty() ? "" : "; the Hub's reply: " + words;
    int status = answer.statusCode();
    boolean badToken = words.contains("Invalid credentials in Authorization header");
    if (code.equals("RevisionNotFound")) {
      return HubException.refused(repo + ": no such revision" + said);
    }
    if (code.equals("EntryNotFound")) {
      return HubException.refused(repo + ": no file " + path + said);
    }
    if (code.equals("GatedRepo")) {
      return HubException.refused(
          "%s: its licence has to be accepted at %s/%s by the account of the token in HF_TOKEN%s"
              .formatted(repo, settings.endpoint(), repo.name(), said));
    }
    if (status == 401 && badToken) {
      return HubException.refused(repo + ": the token in HF_TOKEN is not valid" + said);
    }
    if (code.equals("RepoNotFound") || status == 401 || status == 404) {
      return HubException.refused(
          repo + ": no such model, or a private one and HF_TOKEN may not read it" + said);
    }
    if (status == 403) {
      return HubException.refused(repo + ": HF_TOKEN lacks a permission" + said);
    }
    String line = "%s: answer %d from %s%s".formatted(repo, status, settings.endpoint(), said);
    return status >= 500 || AGAIN.contains(status)
        ? HubException.unreachable(line)
        : HubException.refused(line);
  }

  private URI api(RepoName repo, String rest) {
    return URI.create(settings.endpoint() + "/api/models/" + repo.name() + rest);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
