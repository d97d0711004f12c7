package io.diffusion4j.serving.http;

import com.google.common.base.Ascii;
import com.google.common.base.Splitter;
import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;
import com.linecorp.armeria.server.cors.CorsService;
import io.diffusion4j.serving.config.AddressRates;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.errors.Errors;
import io.grpc.StatusRuntimeException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The first checks of a request, by its headers alone and in this order:
 *
 * <ol>
 *   <li>The rate of its address. Health checks are exempt.
 *   <li>The host, against DNS rebinding: an attacker can point the name of a site at this machine.
 *       A browser then treats the pages of that site as pages of this server, and only the host
 *       name in the request reveals the difference. Numeric addresses and {@code localhost} cannot
 *       be redirected, and are always accepted.
 *   <li>The {@code -bin} headers: a value must be Base64, or several Base64 values separated by
 *       commas without spaces. Without this check, they would be decoded where an exception is
 *       lost, and the request would never get a response.
 *   <li>The origin. CORS alone is not enough: it only keeps a page from reading a response, and
 *       browsers still send some requests, such as forms, which could start expensive work.
 * </ol>
 */
final class HeaderGuard {
  private static final String FORWARDED = "x-forwarded-for";
  private static final String BINARY = "-bin";
  private static final Splitter VALUES = Splitter.on(',');
  private static final Duration PREFLIGHT_AGE = Duration.ofHours(1);

  private final Set<String> hosts;
  private final boolean everyHost;
  private final Set<String> origins;
  private final Optional<AddressRates> addresses;

  /**
   * Creates the checks of a port.
   *
   * @param config accepts every host, unless it names some, if other machines can reach the server
   * @param origins the origins whose pages may use the server, beside its own
   * @param addresses the rates of addresses, if they are limited
   */
  HeaderGuard(ServerConfig config, Set<String> origins, Optional<AddressRates> addresses) {
    this.hosts = config.hosts();
    boolean others = !new InetSocketAddress(config.host(), 0).getAddress().isLoopbackAddress();
    this.everyHost = hosts.isEmpty() && others;
    this.origins = origins;
    this.addresses = addresses;
  }

  /**
   * Returns a service behind the checks. Allowed origins also receive the headers of CORS (Fetch
   * standard), so their pages can read responses.
   */
  HttpService before(HttpService service) {
    Function<? super HttpService, ? extends HttpService> cors =
        origins.isEmpty()
            ? Function.identity()
            : CorsService.builder(origins)
                .allowRequestMethods(HttpMethod.GET, HttpMethod.POST)
                .allowAllRequestHeaders(true)
                .exposeHeaders(
                    "grpc-status",
                    "grpc-message",
                    "grpc-status-details-bin",
                    HttpHeaderNames.RETRY_AFTER)
                .maxAge(PREFLIGHT_AGE)
                .newDecorator();
    return new SimpleDecoratingHttpService(cors.apply(service)) {
      @Override
      public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) throws Exception {
        try {
          check(ctx, request.headers());
        } catch (StatusRuntimeException e) {
          BodyGuard.discard(ctx, request);
          throw e;
        }
        return unwrap().serve(ctx, request);
      }
    };
  }

  private void check(ServiceRequestContext ctx, RequestHeaders headers) {
    if (addresses.isPresent() && !ctx.path().startsWith(HeaderAccess.HEALTH)) {
      List<String> forwarded = headers.getAll(FORWARDED);
      addresses
          .get()
          .count(ctx.remoteAddress().getAddress(), String.join(",", forwarded))
          .ifPresent(
              wait -> {
                throw Errors.ADDRESS_RATE_EXCEEDED.error(wait);
              });
    }
    String authority = headers.authority();
    if (!everyHost && !isHost(authority)) {
      throw Errors.HOST_NOT_ALLOWED.error(String.valueOf(authority));
    }
    headers.forEach(
        (name, value) -> {
          if (name.endsWith(BINARY) && !isBase64(value)) {
            throw Errors.MALFORMED_REQUEST.error("header " + Errors.quote(name + ": no Base64"));
          }
        });
    String origin = headers.get(HttpHeaderNames.ORIGIN); // absent unless a page sent the request
    if (origin != null && !origins.contains(origin) && !isOfThisSite(origin, headers)) {
      throw Errors.ORIGIN_NOT_ALLOWED.error(origin);
    }
  }

  private boolean isHost(@Nullable String authority) {
    if (authority == null) {
      return false;
    }
    String host;
    try {
      host = Ascii.toLowerCase(HostAndPort.fromString(authority).getHost());
    } catch (IllegalArgumentException e) {
      return false;
    }
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || InetAddresses.isInetAddress(host)
        || hosts.contains(host);
  }

  private static boolean isBase64(String values) {
    try {
      VALUES.split(values).forEach(value -> Base64.getDecoder().decode(value));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isOfThisSite(String origin, RequestHeaders headers) {
    try {
      String authority = URI.create(origin).getRawAuthority();
      return authority != null && Objects.equals(authority, headers.authority());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
