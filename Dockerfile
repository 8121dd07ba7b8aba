# What `slipway` runs in when a build calls it: the command, git, the Pulumi CLI with its providers, and gcloud.
#
# Builds give the references with digests (--build-arg PYTHON_IMAGE=...@sha256:...); the tags below are for people. Neither
# program nor config is in here: a build clones its platform repository, and links its .venv to /opt/slipway, where Pulumi.yaml
# looks for Python.
ARG PYTHON_IMAGE=docker.io/library/python:3.13.5-slim-bookworm
# The version that the sandbox's engine is held against.
ARG PULUMI_IMAGE=docker.io/pulumi/pulumi-base:3.260.0
# The one with gke-gcloud-auth-plugin, which asks gcloud for its tokens.
ARG GCLOUD_IMAGE=gcr.io/google.com/cloudsdktool/google-cloud-cli:545.0.0

FROM ${PULUMI_IMAGE} AS pulumi

FROM ${GCLOUD_IMAGE} AS gcloud
# Where gcloud is depends on how the image was made. Emulators are most of its size, and nothing here calls them.
RUN sdk="$(dirname "$(dirname "$(readlink -f "$(command -v gcloud)")")")" \
    && cp -a "$sdk" /opt/google-cloud-sdk \
    && rm -f /opt/google-cloud-sdk/bin/gke-gcloud-auth-plugin \
    && cp -L "$(command -v gke-gcloud-auth-plugin)" /opt/google-cloud-sdk/bin/gke-gcloud-auth-plugin \
    && rm -rf /opt/google-cloud-sdk/platform/*emulator* /opt/google-cloud-sdk/platform/google_appengine*

FROM ${PYTHON_IMAGE} AS builder
WORKDIR /src
COPY requirements.image.lock ./
RUN python -m venv /opt/slipway \
    && /opt/slipway/bin/pip install --no-cache-dir --require-hashes --requirement requirements.image.lock
# Each SDK says which version of its provider it wants. Installed here, no build waits for them or finds them gone.
COPY --from=pulumi /pulumi/bin/pulumi /pulumi/bin/*-python* /usr/local/bin/
ENV PULUMI_HOME=/opt/pulumi PULUMI_SKIP_UPDATE_CHECK=true
RUN find /opt/slipway -name pulumi-plugin.json -exec /opt/slipway/bin/python -c 'import json, subprocess, sys; \
[subprocess.run(["pulumi", "plugin", "install", "resource", plugin["name"], plugin["version"]], check=True) \
for plugin in map(json.load, map(open, sys.argv[1:]))]' {} +
COPY . .
RUN /opt/slipway/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM ${PYTHON_IMAGE}
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="slipway" \
      org.opencontainers.image.description="The paved road from pull request to production on Google Cloud" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Debian 12 keeps this version of git and mends it in place; a full version would be gone with the next fix.
# The folder of a clone is Cloud Build's, which is root's: without safe.directory git would have nothing to do with it.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git=1:2.39.* \
    && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory '*' \
    && groupadd --gid 10001 slipway \
    && useradd --uid 10001 --gid 10001 --create-home slipway \
    && install --directory --owner 10001 --group 10001 /workspace
COPY --from=gcloud /opt/google-cloud-sdk /opt/google-cloud-sdk
COPY --from=pulumi /pulumi/bin/pulumi /pulumi/bin/*-python* /usr/local/bin/
COPY --from=builder --chown=10001:10001 /opt/pulumi /home/slipway/.pulumi
COPY --from=builder /opt/slipway /opt/slipway
# By name and not by HOME, which Cloud Build sets to a folder of root's.
ENV PATH=/opt/slipway/bin:/opt/google-cloud-sdk/bin:$PATH \
    PULUMI_HOME=/home/slipway/.pulumi \
    PULUMI_SKIP_UPDATE_CHECK=true \
    CLOUDSDK_CONFIG=/home/slipway/.config/gcloud \
    CLOUDSDK_CORE_DISABLE_PROMPTS=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /workspace
USER 10001:10001
HEALTHCHECK --interval=30s --timeout=10s --start-period=5s --retries=3 CMD ["slipway", "--version"]
ENTRYPOINT ["slipway"]
CMD ["--help"]
