import { queryOptions } from "@tanstack/react-query";

import { call } from "./client";
import type { CertificateCreate, CertificateReplace, CertificateRequest } from "./types";

/** The certificates of a project, all of them, without their keys. */
export const certificatesQuery = (project: string) =>
  queryOptions({
    queryKey: ["certificates", project],
    queryFn: async ({ signal }) => (await call("get", "/api/v1/projects/{slug}/certificates", { path: { slug: project }, signal })).certificates,
  });

/** One certificate with its chain, without its key. */
export const certificateQuery = (project: string, certificate: string) =>
  queryOptions({
    queryKey: ["certificates", project, "one", certificate],
    queryFn: ({ signal }) => call("get", "/api/v1/projects/{slug}/certificates/{certificate}", { path: { slug: project, certificate }, signal }),
  });

export function createCertificate(project: string, body: CertificateCreate) {
  return call("post", "/api/v1/projects/{slug}/certificates", { path: { slug: project }, body });
}

/** Has a certificate authority issue one, by ACME. */
export function requestCertificate(project: string, body: CertificateRequest) {
  return call("post", "/api/v1/projects/{slug}/acme-certificates", { path: { slug: project }, body });
}

export function replaceCertificate(project: string, certificate: string, body: CertificateReplace) {
  return call("post", "/api/v1/projects/{slug}/certificates/{certificate}/replace", { path: { slug: project, certificate }, body });
}

export function renewCertificate(project: string, certificate: string) {
  return call("post", "/api/v1/projects/{slug}/certificates/{certificate}/renew", { path: { slug: project, certificate } });
}

export function describeCertificate(project: string, certificate: string, description: string) {
  return call("patch", "/api/v1/projects/{slug}/certificates/{certificate}", { path: { slug: project, certificate }, body: { description } });
}

export async function deleteCertificate(project: string, certificate: string): Promise<void> {
  await call("delete", "/api/v1/projects/{slug}/certificates/{certificate}", { path: { slug: project, certificate } });
}
