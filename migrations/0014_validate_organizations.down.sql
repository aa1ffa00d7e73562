ALTER TABLE public.profiles DROP CONSTRAINT profiles_organization_id_fkey, ADD CONSTRAINT profiles_organization_id_fkey
  FOREIGN KEY (organization_id) REFERENCES enterprise.organizations (id) NOT VALID;
ALTER TABLE github_module.github_app_installations DROP CONSTRAINT github_app_installations_organization_id_fkey, ADD CONSTRAINT github_app_installations_organization_id_fkey
  FOREIGN KEY (organization_id) REFERENCES enterprise.organizations (id) NOT VALID;
