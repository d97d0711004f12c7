package io.diffusion4j.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.Endpoint;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.util.Exceptions;
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookSigningException;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.jobs.JobStore.DueCall;
import io.diffusion4j.jobs.LookUps.Names;
import io.diffusion4j.provenance.KeyFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls addresses when jobs have ended, at least once, by the Standard Webhooks convention: the
 * headers {@code webhook-id}, {@code webhook-timestamp} and {@code webhook-signature}
 * (HMAC-SHA256). A call without an answer 2xx is repeated with growing pauses, for a day. Redirects
 * are not followed.
 */
public final class Webhooks {
  private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);

  private static final List<Duration> PAUSES =
      List.of(
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofMinutes(2),
          Duration.ofMinutes(10),
          Duration.ofHours(1),
          Duration.ofHours(6),
          Duration.ofHours(16));

  private static final Duration LONGEST_CALL = Duration.ofSeconds(15);

  /** The largest body of a response, which is not read: only its status matters. */
  private static final int MAX_RESPONSE_BYTES = 64 << 10;

  private static final int AT_ONCE = 64;

  /**
   * The limit of concurrent calls for one owner, so that unresponsive receivers do not block those
   * of other owners.
   */
  private static final int AT_ONCE_OF_AN_OWNER = 8;

  private final @Nullable Webhook signer;
  private final boolean privateAddresses;
  private final ClientFactory factory;
  private final LookUps lookUps;

  /** The jobs whose calls are under way. Owned by the thread of the store. */
  private final Set<JobKey> called = new HashSet<>();

  private volatile @Nullable StoreThread thread;

  private Webhooks(@Nullable Webhook signer, boolean privateAddresses, Names names) {
    this.signer = signer;
    this.privateAddresses = privateAddresses;
    this.factory =
        ClientFactory.builder().connectTimeout(LONGEST_CALL).useHttp2Preface(false).build();
    this.lookUps = new LookUps(names, privateAddresses, AT_ONCE_OF_AN_OWNER, LONGEST_CALL);
  }

  /** Returns webhooks without receivers. */
  public static Webhooks none() {
    return new Webhooks(null, false, InetAddress::getAllByName);
  }

  /**
   * Reads the secret of signatures: a line {@code whsec_} and Base64.
   *
   * @param privateAddresses whether addresses of this machine and of private networks may be called
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if others can access the file, or it contains something else
   */
  public static Webhooks read(Path secret, boolean privateAddresses) throws IOException {
    return read(secret, privateAddresses, InetAddress::getAllByName);
  }

  static Webhooks read(Path secret, boolean privateAddresses, Names names) throws IOException {
    KeyFiles.requireSecret("webhook-secret", secret);
    String text = Files.readString(secret).strip();
    Check.that(
        text.matches("whsec_[A-Za-z0-9+/]{32,}={0,2}"),
        "webhook-secret",
        secret,
        "whsec_ and at least 24 bytes in Base64");
    try {
      return new Webhooks(new Webhook(text), privateAddresses, names);
    } catch (EmptyWebhookSecretException e) {
      throw new IllegalStateException("the secret was checked", e);
    }
  }

  /**
   * Returns normally if an address may be called.
   *
   * @throws IllegalArgumentException if it may not
   */
  void check(String url) {
    Check.that(signer != null, "url", url, "none: this server has no secret for webhooks");
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(Check.message("url", url, "an address"), e);
    }
    boolean scheme =
        "https".equals(uri.getScheme()) || (privateAddresses && "http".equals(uri.getScheme()));
    Check.that(
        scheme && uri.getHost() != null && uri.getUserInfo() == null,
        "url",
        url,
        "such as https://app.example/jobs");
    Check.that(
        privateAddresses || !PublicAddresses.isPrivateName(uri.getHost()),
        "url",
        url,
        "an address outside of this machine and of private networks");
  }

  /** Starts making the calls of a store, until it is closed. */
  void begin(JobStore store) {
    if (signer != null) {
      thread = new StoreThread("webhooks", store, () -> turn(store));
      store.beforeClose(
          () -> {
            var unused = factory.closeAsync();
          });
      thread.begin();
    }
  }

  /** Looks for due calls now. */
  void wake() {
    StoreThread started = thread;
    if (started != null) {
      started.wake();
    }
  }

  private void turn(JobStore store) {
    StoreThread own = Objects.requireNonNull(thread);
    for (DueCall due : store.dueCalls(Instant.now(), AT_ONCE_OF_AN_OWNER, AT_ONCE)) {
      if (called.size() < AT_ONCE && called.add(due.key())) {
        var unused = call(due).thenAcceptAsync(arrived -> ended(store, due, arrived), own);
      }
    }
  }

  private void ended(JobStore store, DueCall due, boolean arrived) {
    called.remove(due.key());
    boolean again = !arrived && due.calls() < PAUSES.size();
    store.called(
        due.key(),
        again ? Optional.of(Instant.now().plus(PAUSES.get(due.calls()))) : Optional.empty());
  }

  /** Calls the address of a job. Returns whether the receiver has confirmed the call. */
  private CompletableFuture<Boolean> call(DueCall due) {
    URI uri;
    try {
      check(due.webhook()); // again, as the settings of the server may have changed
      uri = URI.create(due.webhook());
    } catch (IllegalArgumentException e) {
      LOG.warn("webhook of job {}: {}", due.key().id(), e.getMessage());
      return CompletableFuture.completedFuture(false);
    }
    return lookUps
        .address(due.key().owner(), uri.getHost())
        .thenCompose(address -> client(uri, address).execute(request(due, uri)).aggregate())
        .thenApply(
            answer -> {
              if (!answer.status().isSuccess()) {
                LOG.warn("webhook of job {}: answered {}", due.key().id(), answer.status().code());
              }
              return answer.status().isSuccess();
            })
        .exceptionally(
            e -> {
              LOG.warn("webhook of job {}: {}", due.key().id(), Exceptions.peel(e).toString());
              return false;
            });
  }

  /** Returns a client that connects to this address and calls it by its name. */
  private WebClient client(URI uri, InetAddress address) {
    String host = uri.getHost();
    Endpoint named = uri.getPort() < 0 ? Endpoint.of(host) : Endpoint.of(host, uri.getPort());
    return WebClient.builder(uri.getScheme(), named.withInetAddress(address))
        .factory(factory)
        .responseTimeout(LONGEST_CALL)
        .maxResponseLength(MAX_RESPONSE_BYTES)
        .build();
  }

  private HttpRequest request(DueCall job, URI uri) {
    Webhook with = signer;
    if (with == null) {
      throw new IllegalStateException("no secret (expected: webhooks that were read)");
    }
    String body = body(job);
    long seconds = Instant.now().getEpochSecond();
    String id = "job_" + job.key().id();
    String signature;
    try {
      signature = with.sign(id, seconds, body);
    } catch (WebhookSigningException e) {
      throw new IllegalStateException("every JDK has HMAC-SHA256", e);
    }
    var headers =
        RequestHeaders.builder(HttpMethod.POST, path(uri))
            .contentType(MediaType.JSON_UTF_8)
            .add(HttpHeaderNames.USER_AGENT, "Diffusion4J")
            .add("webhook-id", id)
            .add("webhook-timestamp", Long.toString(seconds))
            .add("webhook-signature", signature)
            .build();
    return HttpRequest.of(headers, HttpData.of(UTF_8, body));
  }

  private static String path(URI uri) {
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }

  /**
   * Returns the body of the call, which only names the job, since its images are for its owner
   * alone.
   */
  private static String body(DueCall job) {
    String state = job.state().name().substring("JOB_STATE_".length());
    return String.format(
        "{\"type\":\"generation_job.%s\",\"timestamp\":\"%s\",\"data\":{\"id\":\"%s\",\"state\":\"%s\"}}",
        state.toLowerCase(Locale.ROOT), job.ended(), job.key().id(), job.state().name());
  }
}
